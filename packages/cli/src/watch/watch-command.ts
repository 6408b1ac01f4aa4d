import { exitCodes } from '../exit-codes.ts';
import { numberFlag, parseFlags } from '../parse-flags.ts';
import { styleFor } from '../style.ts';
import { openSource } from './source.ts';
import { Track } from './track.ts';
import { renderTracks } from './render-watch.ts';

const usage = `Usage: redis-resilience watch [url...] [options]

A live view of health endpoints (http://host/health/redis), or of Redis servers (redis://host).

  url               may be repeated; default: REDIS_URL, else redis://localhost:6379;
                    the path of an http:// URL defaults to /health/redis
  --interval <ms>   pause between two checks; default 500
  --count <n>       number of checks; default: until you press Ctrl-C
  --help

Without a terminal, it writes a line for a target whenever something changes.
Exit codes: 0 every target was up at the last look, 1 one was not, 2 bad usage.`;

const flags = {
  interval: { type: 'string' },
  count: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const otherTargets =
  'No URL was given. For an application: redis-resilience watch http://localhost:3000/health/redis';

const clearScreen = '\u001B[H\u001B[J';

/** Runs `redis-resilience watch`, and returns its exit code. @throws UsageError for invalid arguments */
export async function watchCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseFlags(args, flags);
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return exitCodes.well;
  }
  const given = positionals.length > 0 ? positionals : [process.env['REDIS_URL'] ?? ''].filter(Boolean);
  const urls = given.length > 0 ? given : ['redis://localhost:6379'];
  const tracks = urls.map((url) => new Track(openSource(url)));
  const intervalMs = numberFlag('interval', values.interval, 500, [50, 60_000]);
  const count = numberFlag('count', values.count, Number.MAX_SAFE_INTEGER, [1, Number.MAX_SAFE_INTEGER]);
  const isLive = process.stdout.isTTY;
  if (given.length === 0 && !isLive) process.stderr.write(`${otherTargets}\n`);
  await look(tracks, { intervalMs, count, isLive, foot: given.length === 0 ? [otherTargets] : [] });
  return tracks.every(({ isWell }) => isWell) ? exitCodes.well : exitCodes.broken;
}

interface LookOptions {
  readonly intervalMs: number;
  readonly count: number;
  /** Whether to redraw the whole screen after each check, instead of writing a line for each change. */
  readonly isLive: boolean;
  readonly foot: readonly string[];
}

async function look(tracks: readonly Track[], options: LookOptions): Promise<void> {
  const { intervalMs, count, isLive, foot } = options;
  const stopper = new AbortController();
  const stop = (): void => stopper.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const style = styleFor(process.stdout);
  try {
    for (let left = count; left > 0 && !stopper.signal.aborted; left--) {
      await Promise.all(tracks.map((track) => track.look(Math.max(intervalMs, 1000))));
      if (isLive)
        process.stdout.write(clearScreen + renderTracks(tracks, style, process.stdout.columns, foot));
      else for (const track of tracks) process.stdout.write(track.changeLine());
      if (left > 1) await pause(intervalMs, stopper.signal);
    }
  } finally {
    process.removeListener('SIGINT', stop);
    process.removeListener('SIGTERM', stop);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
