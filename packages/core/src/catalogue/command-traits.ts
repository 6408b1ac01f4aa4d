import type { Lane } from '../snapshot.ts';
import { textAt } from './arguments/argument-words.ts';
import type { CommandGroup, CommandKind } from './command-group.ts';
import { containerTable } from './command-table-containers.ts';
import { moduleTable } from './command-table-modules.ts';
import { commandTable } from './command-table.ts';
import type { Effect } from './effect.ts';

/** What is known about a command from its name alone. */
export interface CommandTraits {
  /** Name of the command in lower case; `container|subcommand` for a subcommand. */
  readonly name: string;
  /** The circuit that counts the command, and may reject it: `write` if a replica would refuse the command. */
  readonly lane: Lane;
  readonly kind: CommandKind;
  /**
   * Whether `kind` is `ordinary`: the command neither blocks, nor subscribes, nor touches the state of its connection.
   */
  readonly ordinary: boolean;
  /**
   * Whether the command is a write that a server accepts even when it is out of memory, such as DEL, EXPIRE or LPOP.
   */
  readonly frees: boolean;
  /** Whether the command runs the user's code on the server, as EVAL, FCALL and their variants do. */
  readonly script: boolean;
  /** Whether the first argument names a subcommand; if so, use {@link traitsOfCall}. */
  readonly container: boolean;
  /** The effect of running the command twice; `by-arguments` if that depends on its arguments. */
  readonly effect: Effect | 'by-arguments';
}

/**
 * Returns the traits of a command. Each command name has one frozen object of traits, which is found with one map
 * lookup. A command that is in no table is treated as the worst case: a write of kind `unknown` that is not retried if
 * it may have run.
 *
 * @example
 * traitsOf('get').lane; // 'read'
 */
export function traitsOf(name: string): CommandTraits {
  return known.get(name) ?? learn(name);
}

/**
 * Like {@link traitsOf}, but returns the traits of the subcommand if the command has subcommands, as CONFIG and XGROUP
 * have.
 */
export function traitsOfCall(name: string, args: readonly unknown[]): CommandTraits {
  const traits = traitsOf(name);
  if (!traits.container || args.length === 0) return traits;
  const subcommand = `${traits.name}|${textAt(args, 0).toLowerCase()}`;
  return known.get(subcommand) ?? unknownSubcommand(subcommand, traits);
}

// All commands of the three command tables, and the unknown commands and other spellings (such as `GET`) seen so far.
// The whole process shares this map, because a command name has the same meaning everywhere.
const known = new Map<string, CommandTraits>(
  [commandTable, containerTable, moduleTable].flatMap((table) =>
    table.flatMap((group) => namesOf(group).map((name) => [name, traitsIn(group, name)] as const)),
  ),
);

/** Returns the names of the commands of Redis, without subcommands and modules. */
export function commandNames(): string[] {
  return [...commandTable, ...containerTable].flatMap(namesOf).filter((name) => /^\w+$/.test(name));
}

// Command names come from callers, and perhaps from users of the application, so the number of cached names is bounded.
const maxKnown = known.size + 1000;
const maxLength = 80;

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
    traitsIn({ lane: 'write', effect: 'never', kind: 'unknown', names: '' }, printable(lowerCase));
  if (known.size < maxKnown && name.length <= maxLength) known.set(name, traits);
  return traits;
}

function unknownSubcommand(name: string, container: CommandTraits): CommandTraits {
  return traitsIn({ lane: container.lane, effect: 'never', kind: 'unknown', names: '' }, printable(name));
}

// Errors, events and logs show the name of a command. A text that cannot be a name, such as a whole command, may
// contain a key or a value, and is therefore not shown.
function printable(name: string): string {
  return name.length <= maxLength && /^[\w.|:-]+$/.test(name) ? name : 'an-odd-name';
}
