import type { Lane } from '../snapshot.ts';
import { textAt } from './argument-words.ts';
import type { CommandGroup, CommandKind } from './command-group.ts';
import { containerTable } from './command-table-containers.ts';
import { moduleTable } from './command-table-modules.ts';
import { commandTable } from './command-table.ts';
import type { Effect } from './effect.ts';

/** What is known of a command by its name alone. */
export interface CommandTraits {
  /** In lower case; a subcommand is `container|subcommand`. */
  readonly name: string;
  /** Which circuit it goes through: `write` when the server would refuse it as a replica. */
  readonly lane: Lane;
  readonly kind: CommandKind;
  /** `kind` is `ordinary`: it neither blocks, nor subscribes, nor touches the state of its connection. */
  readonly ordinary: boolean;
  /** A write that the server accepts while it is out of memory: DEL, EXPIRE, LPOP. */
  readonly frees: boolean;
  /** Runs the user's code on the server: EVAL, FCALL and their variants. */
  readonly script: boolean;
  /** Its first argument names a subcommand: use {@link traitsOfCall}. */
  readonly container: boolean;
  /** What running it twice does; `by-arguments` where that depends on its arguments. */
  readonly effect: Effect | 'by-arguments';
}

/**
 * The traits of a command: one frozen object per name, found by one map lookup. A command that is in no table is
 * treated as the worst case: a write of kind `unknown` that is never sent again.
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

// The tables, and the other spellings and unknown commands met so far: shared by the process, since names mean the same
// everywhere.
const known = new Map<string, CommandTraits>(
  [commandTable, containerTable, moduleTable].flatMap((table) =>
    table.flatMap((group) => namesOf(group).map((name) => [name, traitsIn(group, name)] as const)),
  ),
);

// Names come from callers, and perhaps from their users, so the number of names that are remembered is bounded.
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
