import { Command } from 'ioredis';
import { expect, it } from 'vitest';
import type { DriverCommand } from '../../../packages/core/src/driver/driver-command.ts';
import {
  answerFromProof,
  spareClientInfo,
} from '../../../packages/core/src/ioredis/sockets/proven-handshake.ts';

const session = { database: 0, clientName: undefined, readOnly: false };

it.each([
  [{ redis_version: '6.2.14' }, 0],
  [{ redis_version: '7.0.15' }, 0],
  [{ redis_version: '7.2.0' }, 1],
  [{ redis_version: '8.0.1' }, 1],
  [{ redis_version: '10.0.0' }, 1],
  [{ redis_version: '7.0.15', valkey_version: '8.1.0' }, 1],
  [{ redis_version: 'unstable' }, 1],
  [{}, 1],
])(
  'a server that reports %j is sent CLIENT SETINFO %d times, which is answered at once',
  async (info, times) => {
    const sent: string[] = [];
    const command = new Command('client', ['SETINFO', 'LIB-NAME', 'ioredis']);
    const proven = {
      credentials: undefined,
      isResp3: false,
      session,
      info,
    };
    const isAnswered = answerFromProof(command as unknown as DriverCommand, proven, ({ name }) =>
      sent.push(name),
    );
    expect(isAnswered).toBe(true);
    await expect(command.promise).resolves.toBe('OK');
    expect(sent).toEqual(Array.from({ length: times }, () => 'client'));
  },
);

it.each([
  ['7.0.15', false, true],
  ['7.2.0', false, false],
  ['7.0.15', true, true],
  ['7.2.0', true, true],
])(
  'with server %s and disableClientInfo %s, no CLIENT SETINFO is made in the handshake: %s',
  (version, chosen, isSpared) => {
    const options: Record<string, unknown> = { disableClientInfo: chosen };
    const proven = { credentials: undefined, isResp3: false, session, info: { redis_version: version } };
    spareClientInfo(options, proven);
    expect(Boolean(options['disableClientInfo'])).toBe(isSpared);
    // The connection may break in the handshake, and the next one lead to another server.
    spareClientInfo(options, { ...proven, info: { redis_version: '8.0.0' } });
    expect(options['disableClientInfo']).toBe(chosen);
    spareClientInfo(options, proven);
    spareClientInfo(options, undefined);
    expect(options['disableClientInfo']).toBe(chosen);
  },
);
