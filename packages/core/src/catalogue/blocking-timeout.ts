import { decimalAt, integerAt, wordAt } from './arguments/argument-words.ts';
import type { CommandTraits } from './command-traits.ts';

/**
 * Returns how many milliseconds a call may block on the server according to its own timeout: Infinity if there is no
 * limit, undefined if the call does not block. A call with an invalid timeout does not block, because the server
 * rejects it at once.
 *
 * @example
 * blockingTimeoutMs(traitsOf('blpop'), ['queue', 5]); // 5000
 */
export function blockingTimeoutMs(traits: CommandTraits, args: readonly unknown[]): number | undefined {
  if (traits.kind !== 'blocking') return undefined;
  switch (traits.name) {
    case 'blmpop':
    case 'bzmpop':
      return wait(decimalAt(args, 0) * 1000);
    case 'blmovem':
      return wait(decimalAt(args, 4) * 1000);
    case 'xread':
    case 'xreadgroup':
      return wait(integerAt(args, blockIndex(args)));
    case 'wait':
      return wait(integerAt(args, 1));
    case 'waitaof':
      return wait(integerAt(args, 2));
    default:
      return wait(decimalAt(args, args.length - 1) * 1000);
  }
}

function wait(ms: number): number | undefined {
  if (!(ms >= 0) || ms > Number.MAX_SAFE_INTEGER) return undefined;
  return ms === 0 ? Infinity : Math.ceil(ms);
}

// The names of groups, consumers and keys are skipped, because a name may be the word "block" without being the option
// BLOCK.
function blockIndex(args: readonly unknown[]): number {
  for (let index = 0; index < args.length; index++) {
    const word = wordAt(args, index);
    if (word === 'BLOCK') return index + 1;
    if (word === 'STREAMS') break;
    if (word === 'GROUP') index += 2;
  }
  return -1;
}
