import * as ioredis6 from 'ioredis';
import { expect, onTestFinished, it } from 'vitest';
import { RedisDriver } from '../../../packages/core/src/ioredis/redis-driver.ts';
import { supportedProtocols } from '../../integration/stage/supported-protocols.ts';
import { ioredis511, ioredis560 } from './supported-ioredis.ts';

const speakers = [
  {
    version: 'as installed',
    ioredis: ioredis6,
    speaks: [2, 3].map((each) => each === 3 && supportedProtocols.includes(3)),
  },
  { version: '5.11', ioredis: ioredis511, speaks: [false, false] },
  { version: '5.6.0', ioredis: ioredis560, speaks: [false, false] },
] as const;

it.each(speakers)(
  'tells, once it connects, whether ioredis $version opens with HELLO 3',
  async ({ ioredis, speaks }) => {
    const seen: boolean[] = [];
    for (const protocol of [2, 3]) {
      const client = new ioredis.Redis({ lazyConnect: true, protocol } as ioredis6.RedisOptions & {
        replyMapping: 'legacy';
      });
      onTestFinished(() => client.disconnect());
      const driver = new RedisDriver(client);
      expect(driver.speaksResp3()).toBe(false);
      driver.takeOver((...given) => driver.send(...given), {
        connect: () => {
          seen.push(driver.speaksResp3());
          return Promise.reject(new Error('There is no socket.'));
        },
        disconnect: () => undefined,
        check: () => true,
      });
      await expect(client.connect()).rejects.toThrow('There is no socket.');
    }
    expect(seen).toEqual(speaks);
  },
);
