/**
 * What a script of a library does with a lock. The last argument of the script is the ttl if the script takes a lock,
 * and the token if the script releases a lock.
 */
export interface LockScript {
  readonly does: 'take' | 'release';
  /** Number of arguments after the keys. */
  readonly argumentCount: number;
}

/** The scripts with which libraries take and release locks, by their SHA-1 digests. */
const lockScripts: ReadonlyMap<string, LockScript> = new Map([
  // redlock 4
  ['e5a322e2634ef59a516e8ea150cb085afafee684', { does: 'take', argumentCount: 2 }],
  ['0f0f23b9048b36752b5be114f357ba083449f908', { does: 'release', argumentCount: 1 }],
  // redlock 5 beta
  ['96da70f7716f27d278a5218544df37fd8b0a5e4c', { does: 'take', argumentCount: 2 }],
  ['e4612211c9f8f51c257e26e056b0a654b3187242', { does: 'release', argumentCount: 1 }],
  // @sesamecare-oss/redlock 1, whose scripts get the number of a database as their first argument
  ['1b77b94aa78451d55dfa97e18819bfbfc596cb5b', { does: 'take', argumentCount: 3 }],
  ['df51f6837dcfe303d334e6abea9aeae192bab216', { does: 'release', argumentCount: 2 }],
  // ioredis-lock 4
  ['4dbb87cd80182f627d42cf6042188ecf00a1ff12', { does: 'release', argumentCount: 1 }],
  // redis-semaphore 5
  ['7157921a7cc7cfba979acf6d63f073151df17d12', { does: 'release', argumentCount: 1 }],
  // redlock-universal 0.8
  ['fd83166fb3d7235e3ace652b700c9e217c1adc1f', { does: 'release', argumentCount: 1 }],
]);

/** Returns the script of a library with this digest; undefined if no library takes or releases locks with it. */
export function lockScriptOf(digest: string): LockScript | undefined {
  return lockScripts.get(digest);
}
