import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
// @ts-expect-error redlock 4 has no types of its own
import UntypedRedlock from 'redlock';
import { lockReleaseOf } from '../../../../packages/core/src/catalogue/locks/redlock.ts';
import { releaseScriptArgs } from '../../../../packages/core/src/catalogue/locks/release-script.ts';
import { verrouRelease } from '../../../fallback/locks/library-scripts.ts';

const token = '0f8fad5b-d9cb-469f-a165-70867728950e';
const documented = `if redis.call("get",KEYS[1]) == ARGV[1] then
    return redis.call("del",KEYS[1])
else
    return 0
end`;

describe('a script that releases a lock', () => {
  it('of verrou is known, although its tokens are short', () => {
    expect(releaseScriptArgs('eval', [verrouRelease, 1, 'a', 'k3x9f2m7qpa'])?.slice(1)).toEqual([
      '1',
      'a',
      'k3x9f2m7qpa',
    ]);
  });

  it.each<[string, string, unknown[]]>([
    ['redlock 4', 'evalsha', ['0f0f23b9048b36752b5be114f357ba083449f908', 2, 'a', 'b', token]],
    [
      '@sesamecare-oss/redlock 1',
      'evalsha',
      ['df51f6837dcfe303d334e6abea9aeae192bab216', 2, 'a', 'b', 0, token],
    ],
    ['ioredis-lock 4', 'evalsha', ['4dbb87cd80182f627d42cf6042188ecf00a1ff12', 1, 'a', token]],
    ['redis-semaphore 5', 'evalsha', ['7157921a7cc7cfba979acf6d63f073151df17d12', '1', 'a', token]],
    ['redlock-universal 0.8', 'evalsha', ['fd83166fb3d7235e3ace652b700c9e217c1adc1f', 1, 'a', token]],
    ['redlock 5 beta', 'evalsha', ['e4612211c9f8f51c257e26e056b0a654b3187242', 2, 'a', 'b', token]],
    ['the documentation', 'eval', [documented, 1, 'a', token]],
    [
      'an application',
      'eval',
      [documented.replaceAll('"', "'").replace('else', 'end').replace(/end$/, ''), 1, 'a', token],
    ],
    [
      'an application that names its arguments',
      'eval',
      [
        `-- Deletes the lock of its owner
        local key = KEYS[1]; local owner_id = ARGV[1]

        ${documented.replaceAll('KEYS[1]', 'key').replaceAll('ARGV[1]', 'owner_id')}`,
        1,
        'a',
        token,
      ],
    ],
  ])('of %s is known', (_, name, args) => {
    const keys = args.includes('b') ? ['2', 'a', 'b'] : ['1', 'a'];
    expect(releaseScriptArgs(name, args)?.slice(1)).toEqual([...keys, token]);
  });

  it.each<[string, string, unknown[]]>([
    ['a short token', 'eval', [documented, 1, 'a', '1']],
    ['a short token in the script of verrou', 'eval', [verrouRelease, 1, 'a', '1']],
    ['a short word in the script of verrou', 'eval', [verrouRelease, 1, 'a', 'Order_1234']],
    ['the short token of verrou in another script', 'eval', [documented, 1, 'a', 'k3x9f2m7qpa']],
    ['another number of keys', 'eval', [documented, 2, 'a', token]],
    ['more arguments', 'eval', [documented, 1, 'a', token, 'more']],
    ['another script', 'eval', [`${documented} redis.call('del', 'other')`, 1, 'a', token]],
    [
      'a variable that stands for something else',
      'eval',
      [`local key = KEYS[2] ${documented.replaceAll('KEYS[1]', 'key')}`, 1, 'a', token],
    ],
    ['another digest', 'evalsha', ['e5a322e2634ef59a516e8ea150cb085afafee684', 1, 'a', token]],
    ['no script at all', 'del', ['a']],
  ])('is not one with %s', (_, name, args) => {
    expect(releaseScriptArgs(name, args)).toBeUndefined();
  });

  it('has the digest of the installed redlock', () => {
    const { unlockScript } = new (UntypedRedlock as new (clients: object[]) => { unlockScript: string })([
      {},
    ]);
    const digest = createHash('sha1').update(unlockScript).digest('hex');
    expect(releaseScriptArgs('evalsha', [digest, 1, 'a', token])).toBeDefined();
  });
});

it.each([
  ['redlock 4', ['e5a322e2634ef59a516e8ea150cb085afafee684', 1, 'a', token, 500]],
  ['redlock 5 beta', ['96da70f7716f27d278a5218544df37fd8b0a5e4c', 1, 'a', token, 500]],
  ['@sesamecare-oss/redlock 1', ['1b77b94aa78451d55dfa97e18819bfbfc596cb5b', 1, 'a', 0, token, 500]],
])('a lock that %s takes can be released', (_, args) => {
  expect(lockReleaseOf('evalsha', args)).toMatchObject({
    args: [/get/, '1', 'a', token].map((x) => (typeof x === 'string' ? x : expect.stringMatching(x))),
    ttlMs: 500,
  });
});
