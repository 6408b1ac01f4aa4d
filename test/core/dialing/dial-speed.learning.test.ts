import { describe, expect, it } from 'vitest';
import { DialSpeed } from '../../../packages/core/src/dialing/dial-speed.ts';

describe('a DialSpeed', () => {
  it('knows nothing before the first connection, and keeps to the period, however short', () => {
    expect(new DialSpeed().synDeadline(2, true)).toEqual({ synDeadlineMs: 2, patient: false });
  });

  it('follows the time to connect down at once, and up by an eighth of the difference', () => {
    const speed = new DialSpeed();
    speed.connected(200);
    speed.connected(100);
    expect(speed.synDeadline(10, true).synDeadlineMs).toBe(300);
    speed.connected(180);
    expect(speed.synDeadline(10, true).synDeadlineMs).toBe(330);
  });

  it.each([
    { usual: 5, handshake: 100, isSlow: false },
    { usual: 5, handshake: 100.5, isSlow: true },
    { usual: 40, handshake: 400, isSlow: false },
    { usual: 40, handshake: 401, isSlow: true },
  ])('takes $handshake ms for slow where $usual ms is usual: $isSlow', ({ usual, handshake, isSlow }) => {
    const speed = new DialSpeed();
    speed.handshakeDone(usual);
    expect(speed.handshakeDone(handshake)).toBe(isSlow);
  });
});
