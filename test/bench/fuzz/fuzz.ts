import { createRandom } from '@redis-resilience/testing';
import { Finding, settledWithin } from './finding.js';
import { fuzzArguments } from './odd-arguments.js';
import { fuzzKeys } from './odd-keys.js';
import { fuzzOptions } from './odd-options.js';
import { fuzzRequests } from './odd-requests.js';
import { fuzzReplies } from './hostile-replies.js';

const parts: Readonly<Record<string, (random: () => number) => Promise<number>>> = {
  replies: fuzzReplies,
  arguments: fuzzArguments,
  options: fuzzOptions,
  requests: fuzzRequests,
  keys: fuzzKeys,
};

/** No round takes longer than this on any machine, unless a call never settles. */
const longestRoundMs = 180_000;

/** If the process uses more memory than this, something grows without limit. */
const maxRssBytes = 1_500_000_000;

export interface FuzzReport {
  /** Cases by part. */
  readonly cases: Readonly<Record<string, number>>;
  readonly findings: readonly { readonly part: string; readonly seed: number; readonly error: Error }[];
}

/** Runs all parts in turn, with consecutive seeds from `seed`, until `isOver` returns true. */
export async function fuzz(seed: number, isOver: () => boolean): Promise<FuzzReport> {
  const cases: Record<string, number> = {};
  const findings: { part: string; seed: number; error: Error }[] = [];
  let running = { part: '', seed };
  const onStray = (error: unknown): void => {
    findings.push({ ...running, error: error instanceof Error ? error : new Error(String(error)) });
  };
  process.on('uncaughtException', onStray);
  process.on('unhandledRejection', onStray);
  try {
    for (let round = seed; !isOver() && findings.length === 0; round++) {
      for (const [part, run] of Object.entries(parts)) {
        running = { part, seed: round };
        try {
          const count = await settledWithin(`A round of ${part}`, run(createRandom(round)), longestRoundMs);
          cases[part] = (cases[part] ?? 0) + count;
          if (process.memoryUsage().rss > maxRssBytes) throw new Finding('The process holds too much memory');
        } catch (error) {
          onStray(error);
        }
      }
    }
  } finally {
    process.off('uncaughtException', onStray);
    process.off('unhandledRejection', onStray);
  }
  return { cases, findings };
}
