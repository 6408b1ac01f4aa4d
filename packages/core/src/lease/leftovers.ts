import { traitsOf, traitsOfCall } from '../catalogue/command-traits.ts';

/** The state that a lease's commands have left behind on their connection so far. */
export interface Leftovers {
  readonly watches: boolean;
  readonly isInMulti: boolean;
  /** Whether another database may have been selected. */
  readonly hasSelected: boolean;
  /** Whether the connection has subscriptions, changed settings or another login, or has been sent unknown commands. */
  readonly isAltered: boolean;
}

/** What must be done before another caller may use the connection. */
export type Cleanup =
  | { readonly kind: 'none' }
  | { readonly kind: 'undo'; readonly commands: readonly (readonly string[])[] }
  | { readonly kind: 'drop' };

/** The calls of a lease that have not ended yet. */
export interface PendingCalls {
  /** Number of calls that the work did not await. */
  readonly calls: number;
  /** Number of blocking calls to which the server has not replied, even if their deadline has passed. */
  readonly blocking: number;
}

export const noLeftovers: Leftovers = {
  watches: false,
  isInMulti: false,
  hasSelected: false,
  isAltered: false,
};

/** Returns the leftovers after one more command; the same object if the command leaves nothing behind. */
export function leftoversAfter(left: Leftovers, name: string, args: readonly unknown[]): Leftovers {
  const traits = traitsOfCall(name, args);
  if (traits.ordinary || traits.kind === 'blocking' || traits.kind === 'cursor') return left;
  switch (traits.name) {
    case 'watch':
      return left.watches ? left : { ...left, watches: true };
    case 'multi':
      return { ...left, isInMulti: true };
    case 'exec':
    case 'discard':
      return { ...left, isInMulti: false };
    case 'unwatch':
      return left;
    case 'select':
      return { ...left, hasSelected: true };
    default:
      return left.isAltered ? left : { ...left, isAltered: true };
  }
}

/**
 * Returns the leftovers after a reply to UNWATCH, EXEC or DISCARD, after which no key is watched any more, even if the
 * reply is an error.
 */
export function leftoversUnwatched(left: Leftovers): Leftovers {
  return left.watches ? { ...left, watches: false } : left;
}

/** Whether this command makes the server forget all watched keys. */
export function endsWatch(name: string): boolean {
  const traits = traitsOf(name);
  return (
    traits.kind === 'transaction' &&
    (traits.name === 'exec' || traits.name === 'discard' || traits.name === 'unwatch')
  );
}

/** Returns how to clean the connection. `database` is the number of the database with which every lease begins. */
export function cleanupOf(left: Leftovers, pending: PendingCalls, database: number): Cleanup {
  if (left.isAltered || pending.blocking > 0) return { kind: 'drop' };
  const commands: string[][] = [];
  if (left.isInMulti) commands.push(['discard']);
  else if (left.watches) commands.push(['unwatch']);
  if (left.hasSelected) commands.push(['select', String(database)]);
  // Replies arrive in the order of their commands, so the reply to this PING shows that all earlier calls have been
  // answered.
  if (commands.length === 0 && pending.calls > 0) commands.push(['ping']);
  return commands.length === 0 ? { kind: 'none' } : { kind: 'undo', commands };
}
