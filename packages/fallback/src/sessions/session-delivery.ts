import type { Clock } from '@redis-resilience/core';
import { isAway, tooLate, withinDeadline } from '@redis-resilience/core/kit';
import type { Delivery } from '../outbox/delivery.ts';
import type { OutboxEntry } from '../outbox/write/entry.ts';
import { isRefusedForNow } from '../server-refusal.ts';
import type { DestroyedSessions } from './destroyed-sessions.ts';
import type { SessionBackend } from './session-backend.ts';

const deadlineMs = 2000;

/**
 * Delivers sessions to their store: `session.set` and `session.touch` with the arguments `[sid, json, expiresAt]`,
 * `session.destroy` with `[sid]`. Only the last write of a session counts, and no write brings a destroyed session
 * back: a session that was destroyed elsewhere while it was being stored is removed again.
 */
export function sessionDelivery(
  backend: SessionBackend,
  destroyed: DestroyedSessions,
  clock: Clock,
): Delivery {
  const store = async (sid: string, json: string, expiresAt: number, isTouch: boolean): Promise<void> => {
    const leftMs = expiresAt - clock.wallNow();
    if (leftMs <= 0 || destroyed.has(sid)) return;
    const data: unknown = JSON.parse(json);
    if (isTouch && backend.touch !== undefined) return backend.touch(sid, data, leftMs);
    await backend.set(sid, data, leftMs);
    const [wasDestroyed] = await destroyed.areMarked([sid]);
    if (wasDestroyed === true) await backend.destroy(sid);
  };
  const destroy = async (sid: string): Promise<void> => {
    await destroyed.mark(sid);
    await backend.destroy(sid);
    destroyed.announce(sid);
  };
  const carryOut = ({ command, args }: OutboxEntry): Promise<void> => {
    const [sid = '', json = '', expiresAt = ''] = args.map(String);
    if (command === 'session.destroy') return destroy(sid);
    return store(sid, json, Number(expiresAt), command === 'session.touch');
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
    judge: (error) => (isAway(error) || isRefusedForNow(error) || !isReply(error) ? 'later' : 'never'),
  };
}

// A store with a client of its own fails while Redis is away with errors that only that client knows. An error reply of
// the server is told by its first word.
function isReply(error: unknown): boolean {
  return error instanceof Error && /^[A-Z]{2,}[A-Z0-9]* /.test(error.message);
}
