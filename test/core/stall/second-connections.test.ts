import { expect, it } from 'vitest';
import { Dialer } from '../../../packages/core/src/dialing/dialer.ts';
import { targetWith, type Target } from '../../../packages/core/src/handshake/establish.ts';
import type { SecondConnection } from '../../../packages/core/src/stall/second-connection.ts';
import { secondConnectionTo } from '../../../packages/core/src/stall/second-connections.ts';
import { WiredDriver } from '../fakes/wired-driver.ts';

const password = { username: 'app', password: 'secret' };
const provider = (): Promise<typeof password> => Promise.resolve(password);

/** Asks over a second connection to the target; the returned function withdraws the question. */
function asked(
  { clock }: WiredDriver,
  dialer: Dialer,
  target: Target,
): { readonly second: SecondConnection; readonly withdraw: () => void } {
  const second = secondConnectionTo(target, dialer, clock);
  const tell = (): void => undefined;
  return { second, withdraw: second.ask({ target, identity: undefined, answerMs: 300, tell }) };
}

function dialerOf({ clock }: WiredDriver): Dialer {
  return new Dialer({
    clock,
    random: () => 0.5,
    minPeriodMs: 100,
    maxPeriodMs: 5_000,
    handshakeTimeoutMs: 5_000,
  });
}

it.each<readonly [string, Partial<Target>, Partial<Target>, boolean]>([
  ['the same login', { credentials: password }, { credentials: { ...password } }, true],
  ['no login', {}, {}, true],
  ['the same provider of credentials', { credentials: provider }, { credentials: provider }, true],
  ['another user', { credentials: password }, { credentials: { ...password, username: 'other' } }, false],
  ['another password', { credentials: password }, { credentials: { ...password, password: 'other' } }, false],
  ['no login on one side', { credentials: password }, {}, false],
  ['no login on the other side', {}, { credentials: password }, false],
  ['two providers of credentials', { credentials: provider }, { credentials: () => password }, false],
  ['a provider on one side', { credentials: provider }, { credentials: password }, false],
  ['a provider on the other side', { credentials: password }, { credentials: provider }, false],
  ['a replica allowed on one side', { requiresPrimary: true }, { requiresPrimary: false }, false],
])('silent connections with %s share a second one, or do not', (_title, one, other, isShared) => {
  const wired = new WiredDriver();
  const dialer = dialerOf(wired);
  const first = asked(wired, dialer, targetWith(wired.target, one));
  const next = asked(wired, dialer, targetWith(wired.target, other));
  expect(next.second === first.second).toBe(isShared);
  for (const { withdraw } of [first, next]) withdraw();
  expect(wired.clock.pendingTimers).toBe(0);
});

it('the connections of two resiliences share none, because each closes its own sockets', () => {
  const [wired, other] = [new WiredDriver(), new WiredDriver()];
  const dialer = dialerOf(wired);
  const first = asked(wired, dialer, wired.target);
  const next = asked(wired, dialer, targetWith(wired.target, { open: other.network.open }));
  expect(next.second).not.toBe(first.second);
  for (const { withdraw } of [first, next]) withdraw();
});

it('a second connection is shared only while it is in use', () => {
  const wired = new WiredDriver();
  const dialer = dialerOf(wired);
  const first = asked(wired, dialer, wired.target);
  first.withdraw();
  const next = asked(wired, dialer, wired.target);
  expect(next.second).not.toBe(first.second);
  next.withdraw();
});
