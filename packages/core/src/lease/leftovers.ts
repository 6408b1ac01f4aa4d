import { traitsOf, traitsOfCall } from '../catalogue/command-traits.ts';

/** What the commands of a lease have left on their connection so far. */
export interface Leftovers {
  readonly watches: boolean;
  readonly isInMulti: boolean;
  /** Another database may be selected. */
  readonly hasSelected: boolean;
  /** The connection has subscriptions, settings or a login of its own, or commands that are not known. */
  readonly isAltered: boolean;
}

/** What has to be done before another caller may have the connection. */
export type Cleanup =
  | { readonly kind: 'none' }
  | { readonly kind: 'undo'; readonly commands: readonly (readonly string[])[] }
  | { readonly kind: 'drop' };

/** Calls of the lease that were not awaited. */
export interface PendingCalls {
  readonly calls: number;
  /** Of these, blocking ones. */
  readonly blocking: number;
}

export const noLeftovers: Leftovers = {
  watches: false,
  isInMulti: false,
  hasSelected: false,
  isAltered: false,
};

/** The leftovers after one more command is sent; the same object when it leaves nothing. */
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

/** The leftovers after the server has answered UNWATCH, EXEC or DISCARD, even with an error: it watches no more. */
export function leftoversUnwatched(left: Leftovers): Leftovers {
  return left.watches ? { ...left, watches: false } : left;
}

/** Whether the server forgets all watched keys when it answers this command. */
export function endsWatch(name: string): boolean {
  const traits = traitsOf(name);
  return (
    traits.kind === 'transaction' &&
    (traits.name === 'exec' || traits.name === 'discard' || traits.name === 'unwatch')
  );
}

/** How the connection is made clean. `database`: the one that every lease begins with. */
export function cleanupOf(left: Leftovers, pending: PendingCalls, database: number): Cleanup {
  if (left.isAltered || pending.blocking > 0) return { kind: 'drop' };
  const commands: string[][] = [];
  if (left.isInMulti) commands.push(['discard']);
  else if (left.watches) commands.push(['unwatch']);
  if (left.hasSelected) commands.push(['select', String(database)]);
  // Answers come in order: this one shows that the calls before it are answered.
  if (commands.length === 0 && pending.calls > 0) commands.push(['ping']);
  return commands.length === 0 ? { kind: 'none' } : { kind: 'undo', commands };
}
