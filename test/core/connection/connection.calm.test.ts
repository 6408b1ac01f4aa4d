import { describe, expect, it } from 'vitest';
import { ConnectionStage } from '../fakes/connection-stage.ts';

describe('a connection whose bytes nobody counts', () => {
  it('tells of none of them', async () => {
    const stage = await ConnectionStage.ready({ hearsBytes: false });
    const { outcome } = stage.send('get', ['a']);
    await stage.travel(20_000);
    expect(outcome()).toBeNull();
    expect(stage.news.filter(({ kind }) => kind.startsWith('bytes-'))).toEqual([]);
  });

  it.each([0, 90, 230, 3_000])('is found silent in time %d ms after it was last used', async (idleMs) => {
    const stage = await ConnectionStage.ready({ hearsBytes: false });
    stage.send('get', ['a']);
    await stage.travel(idleMs);
    stage.network.cutStanding();
    stage.send('get', ['a']);
    const sentAt = stage.clock.now();
    await stage.travel(250);
    expect(stage.toldAfter('silent', sentAt)).toBe(200);
  });

  it('is found silent in time when it was answered long after the last look', async () => {
    const stage = await ConnectionStage.ready({ hearsBytes: false });
    await stage.travel(300);
    stage.send('get', ['a']);
    await stage.travel(1_000);
    stage.network.cutStanding();
    stage.send('get', ['a']);
    const sentAt = stage.clock.now();
    await stage.travel(250);
    expect(stage.toldAfter('silent', sentAt)).toBeLessThanOrEqual(200);
  });

  it('is no longer suspected as soon as it answers', async () => {
    const stage = await ConnectionStage.ready({ hearsBytes: false });
    stage.send('get', ['a']);
    await stage.travel(10);
    stage.server.freeze();
    const { outcome } = stage.send('get', ['a']);
    await stage.travel(230);
    expect(stage.connection.isSilent).toBe(true);
    stage.server.thaw();
    await stage.travel(20);
    expect([stage.connection.isSilent, outcome()]).toEqual([false, null]);
    stage.network.cutStanding();
    stage.send('get', ['a']);
    const sentAt = stage.clock.now();
    await stage.travel(600);
    // The late reply has raised the time limit for replies.
    expect(stage.toldAfter('silent', sentAt)).toBeLessThan(500);
  });
});
