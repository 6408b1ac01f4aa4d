import { describe, expect, it } from 'vitest';
import { ConnectionStage } from '../fakes/connection-stage.ts';

describe('a connection whose peer breaks the protocol', () => {
  it('is dropped with that cause, and made again', async () => {
    const stage = await ConnectionStage.ready();
    stage.link.far.write('+nobody asked\r\n');
    await stage.travel(2);
    expect([stage.connection.state, stage.connection.cause]).toEqual(['reconnecting', 'protocol']);
    await stage.travel(200);
    expect(stage.connection.state).toBe('ready');
  });

  it('hands none of the bytes after that to its driver', async () => {
    const stage = await ConnectionStage.ready();
    const bytes: string[] = [];
    stage.driver.socket?.on('data', (chunk: Buffer) => bytes.push(chunk.toString()));
    stage.send('get', ['a']);
    stage.link.far.write('$1\r\nx\r\n$1\r\ny\r\n');
    await stage.travel(2);
    expect(bytes.join('')).toBe('$1\r\nx\r\n');
  });
});

describe('the order of the replies under load', () => {
  it.each([
    ['load', 1, true],
    ['load', 1, false],
    ['idle', 0, true],
  ] as const)('is checked while commands are answered (%s)', async (integrity, pings, hearsBytes) => {
    const stage = await ConnectionStage.ready({ connection: { integrity }, hearsBytes });
    await stage.travel(150);
    stage.server.ran.length = 0;
    stage.send('get', ['a']);
    await stage.travel(10);
    expect(stage.server.ran.filter((name) => name === 'ping')).toHaveLength(pings);
  });
});
