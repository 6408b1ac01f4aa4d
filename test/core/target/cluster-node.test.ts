import { describe, expect, it } from 'vitest';
import { checkTarget } from '../../../packages/core/src/target/check-target.ts';
import { clusterNodeOptions } from '../../../packages/core/src/target/cluster-node.ts';

describe('a node of a cluster', () => {
  it.each([
    ['redis.example', { host: 'redis.example', port: 6379 }],
    ['redis.example:7000', { host: 'redis.example', port: 7000 }],
    [' redis.example:7000\n', { host: 'redis.example', port: 7000 }],
    ['7000', { host: '127.0.0.1', port: 7000 }],
    ['[::1]:7000', { host: '::1', port: 7000 }],
    ['redis://redis.example:7000', { host: 'redis.example', port: 7000 }],
    ['rediss://user:p%40ss@redis.example', { username: 'user', password: 'p@ss', tls: {} }],
  ])('is read from %s', (node, options) => {
    expect(clusterNodeOptions(node)).toMatchObject(options);
  });

  it('stays as it is when it is a port or options', () => {
    const options = { host: 'redis.example', port: 7000 };
    expect(clusterNodeOptions(options)).toBe(options);
    expect(clusterNodeOptions(7000)).toBe(7000);
  });

  it.each([undefined, null])(
    'that is missing, as a variable of the environment may be, is refused: %j',
    (node) => {
      const target = { cluster: ['redis.example', node as never] };
      expect(() => checkTarget(target)).toThrow(
        `The option target.cluster must be a list of hosts with ports, or of URLs; given: ${node}.`,
      );
    },
  );

  it.each(['redis+sentinel://a/b', 'redis+cluster://a', '/tmp/a.sock', 'redis://a/1', 'redis://a:x', ''])(
    'cannot be %j',
    (node) => {
      expect(() => clusterNodeOptions(node)).toThrow(/^The Redis URL /);
    },
  );
});
