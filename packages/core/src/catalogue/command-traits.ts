import type { Lane } from '../snapshot.ts';
import { textAt } from './argument-words.ts';
import type { CommandGroup, CommandKind } from './command-group.ts';
import { containerTable } from './command-table-containers.ts';
import { moduleTable } from './command-table-modules.ts';
import { commandTable } from './command-table.ts';
import type { Effect } from './effect.ts';

/** What is known about a command by its name alone. */
export interface CommandTraits {
  /** In lower case; a subcommand is `container|subcommand`. */
  readonly name: string;
  /** Which circuit it goes through: `write` when the server would refuse it as a replica. */
  readonly lane: Lane;
  readonly kind: CommandKind;
  /** `kind` is `ordinary`: it neither blocks, nor subscribes, nor touches the state of its connection. */
  readonly ordinary: boolean;
  /** A write that the server takes although it is out of memory: DEL, EXPIRE, LPOP. */
  readonly frees: boolean;
  /** Runs code of the user's on the server: EVAL, FCALL and their kin. */
  readonly script: boolean;
  /** Its first argument names a subcommand: use {@link traitsOfCall}. */
  readonly container: boolean;
  /** What running it twice does; `by-arguments` where the name alone does not tell. */
  readonly effect: Effect | 'by-arguments';
}

/**
 * The traits of a command: the same frozen object each time for one name, found without work on the hot path. A
 * command that is in no table is taken for the worst: a write of kind `unknown` that is never sent again.
 *
 * @example
 * traitsOf('get').lane; // 'read'
 */
export function traitsOf(name: string): CommandTraits {
  return known.get(name) ?? learn(name);
}

/** As {@link traitsOf}, and of the subcommand where the command is a container: CONFIG GET, XGROUP CREATE. */
export function traitsOfCall(name: string, args: readonly unknown[]): CommandTraits {
  const traits = traitsOf(name);
  if (!traits.container || args.length === 0) return traits;
  const subcommand = `${traits.name}|${textAt(args, 0).toLowerCase()}`;
  return known.get(subcommand) ?? unknownSubcommand(subcommand, traits);
}

// Holds the tables, and beside them the other spellings and the foreign commands met so far.
const known = new Map<string, CommandTraits>(
  [commandTable, containerTable, moduleTable].flatMap((table) =>
    table.flatMap((group) => namesOf(group).map((name) => [name, traitsIn(group, name)] as const)),
  ),
);

// Names come from callers, perhaps from their users: what is learnt must not grow without end.
const maxKnown = known.size + 1000;

function namesOf(group: CommandGroup): string[] {
  return group.names.trim().split(/\s+/);
}

function traitsIn(group: CommandGroup, name: string): CommandTraits {
  const { lane, effect, kind = 'ordinary', frees = false, script = false, container = false } = group;
  return Object.freeze({ name, lane, kind, ordinary: kind === 'ordinary', frees, script, container, effect });
}

function learn(name: string): CommandTraits {
  const lowerCase = name.toLowerCase();
  const traits =
    known.get(lowerCase) ??
    traitsIn({ lane: 'write', effect: 'never', kind: 'unknown', names: '' }, lowerCase);
  if (known.size < maxKnown) known.set(name, traits);
  return traits;
}

function unknownSubcommand(name: string, container: CommandTraits): CommandTraits {
  return traitsIn({ lane: container.lane, effect: 'never', kind: 'unknown', names: '' }, name);
}
