import type { WriteArgument } from './entry.ts';

/** A command and its arguments. */
export interface Write {
  readonly command: string;
  readonly args: readonly WriteArgument[];
}

/**
 * Returns the same write with an absolute expiry, so that the time for which the write waits does not extend the
 * lifetime of its value. SETEX, PSETEX and SET with any expiry become SET PXAT, which needs Redis 6.2 or later. EXPIRE,
 * PEXPIRE and EXPIREAT become PEXPIREAT.
 *
 * @example
 * withAbsoluteExpiry({ command: 'setex', args: ['k', '10', 'v'] }, 1_000_000); // SET k v PXAT 1010000
 */
export function withAbsoluteExpiry(write: Write, wallNow: number): Write {
  const { command, args } = write;
  const at = (value: WriteArgument | undefined, unitMs: number): string =>
    String(Math.round(wallNow + Number(String(value)) * unitMs));
  const [key = '', first = '', second = '', ...rest] = args;
  switch (command) {
    case 'setex':
      return { command: 'set', args: [key, second, 'PXAT', at(first, 1000)] };
    case 'psetex':
      return { command: 'set', args: [key, second, 'PXAT', at(first, 1)] };
    case 'expire':
      return { command: 'pexpireat', args: [key, at(first, 1000), ...args.slice(2)] };
    case 'pexpire':
      return { command: 'pexpireat', args: [key, at(first, 1), ...args.slice(2)] };
    case 'expireat':
      return { command: 'pexpireat', args: [key, String(Number(String(first)) * 1000), ...args.slice(2)] };
    case 'set':
      return {
        command,
        args: [key, first, ...absoluteSetOptions([second, ...rest].slice(0, args.length - 2), at)],
      };
    default:
      return write;
  }
}

function absoluteSetOptions(
  options: readonly WriteArgument[],
  at: (value: WriteArgument | undefined, unitMs: number) => string,
): WriteArgument[] {
  const absolute: WriteArgument[] = [];
  for (let index = 0; index < options.length; index++) {
    const option = options[index] as WriteArgument;
    const word = String(option).toUpperCase();
    const value = options[index + 1];
    if (word === 'EX' || word === 'PX') absolute.push('PXAT', at(value, word === 'EX' ? 1000 : 1));
    else if (word === 'EXAT') absolute.push('PXAT', String(Number(String(value)) * 1000));
    else if (word === 'PXAT') absolute.push('PXAT', String(value));
    else {
      absolute.push(option);
      continue;
    }
    index++;
  }
  return absolute;
}
