import { describe, expect, it } from 'vitest';
import { ownSendOf } from '../../../../packages/core/src/ioredis/commands/own-send.ts';
import { supportedIoredis } from '../supported-ioredis.ts';

interface Sends {
  sendCommand: (...args: unknown[]) => unknown;
}

describe.each(supportedIoredis)('sendCommand of ioredis %s', (_version, ioredis) => {
  const kinds = [
    ['Redis', () => new ioredis.Redis({ lazyConnect: true })],
    ['Cluster', () => new ioredis.Cluster([], { lazyConnect: true })],
  ] as const;

  it.each(kinds)('is known as the driver’s own on a %s', (_kind, make) => {
    expect(ownSendOf(make()).isWrapped).toBeUndefined();
  });

  it.each(kinds)('is known as wrapped on a %s that a tracer wrapped', (_kind, make) => {
    const client = make() as unknown as Sends;
    const original = client.sendCommand;
    client.sendCommand = function traced(this: unknown, ...args) {
      return original.apply(this, args);
    };
    expect(ownSendOf(client as never).isWrapped).toBe(true);
  });
});
