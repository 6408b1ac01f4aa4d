import { effectOfOptions } from './argument-options.ts';
import type { Option } from './argument-options.ts';
import { integerAt, wordAt } from './argument-words.ts';
import type { ArgumentRule, Effect } from '../effect.ts';

// After a second run with EX or PX, the time to live starts again, so the key lives a little longer. That is harmless,
// so these options leave the effect of a command unchanged.
const expiry: Readonly<Record<string, Option>> = {
  EX: { takes: 1 },
  PX: { takes: 1 },
  EXAT: { takes: 1 },
  PXAT: { takes: 1 },
};

// After a SET NX that succeeded, a second one fails; after a SET XX that succeeded, a second one succeeds too.
const existence: Readonly<Record<string, Option>> = {
  KEEPTTL: 'write-last-wins',
  NX: 'write-checked',
  XX: 'write-checked-safe',
};

const comparison: Readonly<Record<string, Option>> = {
  IFEQ: { effect: 'write-checked', takes: 1 },
  IFNE: { effect: 'write-checked', takes: 1 },
  IFDEQ: { effect: 'write-checked', takes: 1 },
  IFDNE: { effect: 'write-checked', takes: 1 },
};

// SET with GET returns the old value: a second run would return the value that the first run has just written.
const setOptions: Readonly<Record<string, Option>> = {
  ...expiry,
  ...existence,
  ...comparison,
  GET: 'write-accumulating',
};
const hashSetOptions: Readonly<Record<string, Option>> = {
  ...expiry,
  KEEPTTL: 'write-last-wins',
  FNX: 'write-checked',
  FXX: 'write-checked-safe',
};
const getexOptions: Readonly<Record<string, Option>> = {
  EX: { effect: 'write-last-wins', takes: 1 },
  PX: { effect: 'write-last-wins', takes: 1 },
  EXAT: { effect: 'write-last-wins', takes: 1 },
  PXAT: { effect: 'write-last-wins', takes: 1 },
  PERSIST: 'write-last-wins',
};
// Once a first EXPIRE has set the expiry, the conditions NX, GT and LT no longer hold for a second one: the key has an
// expiry, and the new expiry is equal to it.
const expireOptions: Readonly<Record<string, Option>> = {
  XX: 'write-checked-safe',
  NX: 'write-checked',
  GT: 'write-checked',
  LT: 'write-checked',
};
const bitfieldOptions: Readonly<Record<string, Option>> = {
  GET: { takes: 2 },
  SET: { effect: 'write-last-wins', takes: 3 },
  INCRBY: { effect: 'write-accumulating', takes: 3 },
  OVERFLOW: { takes: 1 },
};

const expire: ArgumentRule = (args) => effectOfOptions(args, 2, 'write-last-wins', expireOptions);
const hashExpire: ArgumentRule = (args) =>
  effectOfOptions(args, 2, 'write-last-wins', expireOptions, 'FIELDS');

/** Rules for commands on strings and times to live, and for ACL LOG. */
export const stringRules: Readonly<Record<string, ArgumentRule>> = {
  set: (args) => effectOfOptions(args, 2, 'write-last-wins', setOptions),
  msetex: manyKeys,
  hsetex: (args) => effectOfOptions(args, 1, 'write-last-wins', hashSetOptions, 'FIELDS'),
  getex: (args) => effectOfOptions(args, 1, 'read', getexOptions),
  hgetex: (args) => effectOfOptions(args, 1, 'read', getexOptions, 'FIELDS'),
  delex: (args) => effectOfOptions(args, 1, 'write-checked-safe', comparison),
  bitfield: (args) => effectOfOptions(args, 1, 'read', bitfieldOptions),
  expire,
  pexpire: expire,
  expireat: expire,
  pexpireat: expire,
  hexpire: hashExpire,
  hpexpire: hashExpire,
  hexpireat: hashExpire,
  hpexpireat: hashExpire,
  'acl|log': (args) => (wordAt(args, 1) === 'RESET' ? 'admin' : 'read'),
};

function manyKeys(args: readonly unknown[]): Effect {
  const count = integerAt(args, 0);
  if (!(count > 0)) return 'never';
  return effectOfOptions(args, 1 + 2 * count, 'write-last-wins', { ...expiry, ...existence });
}
