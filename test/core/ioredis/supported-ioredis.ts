import * as ioredis6 from 'ioredis';
import * as ioredis5 from 'ioredis-5';
import * as ioredis56 from 'ioredis-5-6';

/** ioredis in the oldest and the newest version of each supported major version; the types are those of the newest. */
export const ioredis511 = ioredis5 as unknown as typeof ioredis6;
export const ioredis560 = ioredis56 as unknown as typeof ioredis6;

/** Each supported ioredis, with its version. */
export const supportedIoredis: readonly (readonly [string, typeof ioredis6])[] = [
  ['6', ioredis6],
  ['5.11', ioredis511],
  ['5.6.0', ioredis560],
];
