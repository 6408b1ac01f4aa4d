import type { Clock } from '@redis-resilience/core';
import { isAway, tooLate, withinDeadline } from '@redis-resilience/core/kit';
import type { Delivery } from '../outbox/delivery.ts';
import type { OutboxEntry } from '../outbox/write/entry.ts';
import { isRefusedForNow } from '../server-refusal.ts';
import type { DestroyedSessions } from './destroyed-sessions.ts';
import type { SessionBackend } from './session-backend.ts';
import type { SessionCopies } from './session-copies.ts';
import type { StoreContact } from './store-contact.ts';
import type { StoredLife } from './stored-life.ts';

const deadlineMs = 2000;

/** The parts of a session store that a {@link sessionDelivery} works on. */
export interface DeliveryParts {
  readonly clock: Clock;
  readonly backend: SessionBackend;
  readonly copies: SessionCopies;
  readonly destroyed: DestroyedSessions;
  readonly contact: StoreContact;
  readonly life: StoredLife;
}

/**
 * Returns how an outbox delivers sessions to their store. The writes are `session.set` and `session.touch`, with the
 * arguments `[sid, json, expiresAt, seenIn, writtenIn]`, and `session.destroy`, with `[sid, expiresAt]`. Only the last
 * write to a session counts. No write brings a destroyed session back: if the session is destroyed elsewhere while it is
 * being stored, it is removed again. A write that waited for Redis is dropped if the store no longer has the session,
 * unless the store has lost its data.
 */
export function sessionDelivery(parts: DeliveryParts): Delivery {
  const { backend, clock, contact, copies, destroyed, life } = parts;
  const store = async ({ command, args, createdAt }: OutboxEntry): Promise<void> => {
    const [sid = '', json = '', expiresAt = '', seenIn = '', writtenIn] = args.map(String);
    if (Number(expiresAt) <= clock.wallNow() || destroyed.has(sid)) return;
    const data: unknown = JSON.parse(json);
    const touch = command === 'session.touch' ? backend.touch : undefined;
    if (touch !== undefined) {
      await touch(sid, data, Number(expiresAt) - clock.wallNow());
      return;
    }
    await contact.resume();
    // The era is compared, too, because the wall clock may have been set back since the write was kept.
    const hasWaited = createdAt <= contact.since || (writtenIn !== undefined && writtenIn !== contact.era);
    if (hasWaited && seenIn !== '' && (await isRevoked(sid, seenIn))) return copies.drop(sid);
    await backend.set(sid, data, Number(expiresAt) - clock.wallNow());
    const [[wasDestroyed], leftMs] = await Promise.all([destroyed.areMarked([sid]), life.leftMs(sid)]);
    if (wasDestroyed === true) await backend.destroy(sid);
    else copies.confirm(sid, json, contact.era, leftMs === undefined ? undefined : clock.wallNow() + leftMs);
  };
  const isRevoked = async (sid: string, seenIn: string): Promise<boolean> => {
    const stored = await backend.get(sid);
    return (stored === null || stored === undefined) && !contact.wasLost(seenIn);
  };
  const destroy = async (sid: string, expiresAt: number): Promise<void> => {
    await destroyed.mark(sid, Math.max(expiresAt - clock.wallNow(), (await life.leftMs(sid)) ?? 0));
    await backend.destroy(sid);
    destroyed.announce(sid);
  };
  const carryOut = (entry: OutboxEntry): Promise<void> => {
    const [sid = '', expiresAt = ''] = entry.args.map(String);
    return entry.command === 'session.destroy' ? destroy(sid, Number(expiresAt)) : store(entry);
  };
  return {
    plan: (command, args) => ({
      command,
      args: args.map(String),
      key: String(args[0]),
      supersedes: command !== 'session.touch',
      slot: command === 'session.touch' ? 'touch' : undefined,
    }),
    deliver: (entry) =>
      withinDeadline(clock, deadlineMs, carryOut(entry), () => tooLate('The session store', deadlineMs)),
    mayCross: () => true,
    judge: (error) => (isAway(error) || isRefusedForNow(error) || !isReply(error) ? 'later' : 'never'),
  };
}

// Whether an error is an error reply from the server, which begins with a word in capitals. All other errors count as
// an outage, because a store with its own client reports an outage with errors that only that client has.
function isReply(error: unknown): boolean {
  return error instanceof Error && /^[A-Z]{2,}[A-Z0-9]* /.test(error.message);
}
