import { Redis } from 'ioredis';

const defaults = (Redis as unknown as { defaultOptions: { protocol?: number } }).defaultOptions;

/** The newest version of RESP that the installed ioredis supports; before version 6, it has no option for that. */
export const newestProtocol: 2 | 3 = defaults.protocol === undefined ? 2 : 3;

export const supportedProtocols: readonly (2 | 3)[] = newestProtocol === 2 ? [2] : [2, 3];
