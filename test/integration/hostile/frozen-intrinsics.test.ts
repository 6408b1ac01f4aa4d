import { startRedis } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import { ChildScript } from '../stage/child-script.ts';

// Makes one error of this library, and one from an error reply, each of which has a shortened stack.
const script = `
import { createRedisResilience } from '@redis-resilience/core';
import { ReplyReader } from '@redis-resilience/core/protocol';
const resilience = createRedisResilience(process.env.TARGET);
console.log('set', await resilience.client.set('greeting', 'hello'));
resilience.isolate('a test');
console.log('get', await resilience.client.get('greeting').catch((error) => error.name));
const { replies } = new ReplyReader({ maxReplyBytes: 100, maxElements: 1 }).push(Buffer.from('-ERR no\\r\\n'));
console.log('reply', replies[0].message);
await resilience.close();
`;

it('calls run and fail as always in a process whose intrinsics are frozen', async () => {
  await using server = await startRedis();
  const NODE_OPTIONS = '--frozen-intrinsics --no-warnings';
  await using child = new ChildScript(script, { TARGET: server.url, NODE_OPTIONS });
  expect(await child.exit()).toBe(0);
  expect(child.lines).toEqual(['set OK', 'get CircuitOpenError', 'reply ERR no']);
});
