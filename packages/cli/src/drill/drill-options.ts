import { numberFlag, parseFlags } from '../parse-flags.ts';
import { UsageError } from '../usage-error.ts';
import { missingCommand } from './missing-command.ts';
import { builtInPlans, databasePlans, loadPlan } from './plans/load-plan.ts';
import type { Plan } from './plans/plan.ts';
import type { ProbeName } from './traffic/probes.ts';
import { parseRequestTarget } from './traffic/request-target.ts';

export interface DrillOptions {
  readonly command: readonly string[];
  readonly plans: readonly Plan[];
  /** The requests to send, each as the user wrote it after `--url`: `[METHOD ]URL`. */
  readonly urls: readonly string[];
  readonly allowedHosts: readonly string[];
  /** The port on which the application should listen; if undefined, each run uses a free port. */
  readonly port: number | undefined;
  readonly paths: Readonly<Record<ProbeName, string>>;
  readonly seed: number;
  readonly rate: number;
  readonly timeoutMs: number;
  readonly maxRequests: number;
  readonly maxSeconds: number;
  readonly startTimeoutMs: number;
  /** Path of the reports, without extension. If undefined, no reports are written. */
  readonly report: string | undefined;
  readonly json: boolean;
}

const flags = {
  plan: { type: 'string', multiple: true },
  url: { type: 'string', multiple: true },
  'allow-host': { type: 'string', multiple: true },
  port: { type: 'string' },
  seed: { type: 'string' },
  rate: { type: 'string' },
  timeout: { type: 'string' },
  'max-requests': { type: 'string' },
  'max-seconds': { type: 'string' },
  'start-timeout': { type: 'string' },
  live: { type: 'string' },
  ready: { type: 'string' },
  health: { type: 'string' },
  report: { type: 'string' },
  'no-report': { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export const drillUsage = `Usage: redis-resilience drill [options] -- command [args]

Rehearses outages: starts your application against a real Redis behind a proxy that breaks things, sends requests,
and compares what it measures with thresholds. The command gets REDIS_URL and PORT in its environment.

  --url <[METHOD ]url>   what to request, may be repeated; {n} becomes a number; default /
  --plan <name|file>     ${builtInPlans.slice(0, 5).join(', ')},
                         ${builtInPlans.slice(5).join(', ')}, or a JSON file;
                         may be repeated; default: all of these. For an application with two databases
                         in REDIS_URL, separated by a comma: ${databasePlans.join(', ')}
  --seed <number>        the same seed makes the same random choices; default 1
  --rate <n>             requests per second; default 50
  --timeout <ms>         after which a request counts as failed; default 5000
  --max-requests <n>     in all; default 50000          --max-seconds <n>   in all; default 600
  --port <n>             for the application; default: that of --url, else a free one
  --start-timeout <ms>   until the application answers; default 15000
  --live, --ready, --health <path>   default /livez, /readyz, /health/redis; ignored where missing
  --allow-host <host>    also allow requests to this host; without it, only to this machine
  --report <path>        writes <path>.md and <path>.html; default redis-drill   --no-report
  --json                 the figures as one JSON object

Exit codes: 0 every threshold was kept, 1 one was missed, 2 bad usage or the command does not start, 130 stopped.`;

/**
 * Parses the arguments of `drill`; returns undefined if the arguments contain `--help`. @throws UsageError for invalid
 * arguments
 */
export function parseDrillOptions(args: readonly string[]): DrillOptions | undefined {
  const separator = args.indexOf('--');
  const command = separator === -1 ? [] : args.slice(separator + 1);
  const { values, positionals } = parseFlags(separator === -1 ? args : args.slice(0, separator), flags);
  if (values.help) return undefined;
  if (positionals.length > 0 || command.length === 0) throw missingCommand(positionals, values.url);
  const urls = values.url ?? ['/'];
  const allowedHosts = values['allow-host'] ?? [];
  const targets = urls.map((url) => parseRequestTarget(url, undefined, allowedHosts));
  const named = urls.findIndex((url) => /https?:\/\//.test(url));
  const namedPort = named === -1 ? undefined : new URL(targets[named]?.url ?? '').port || '80';
  const port = values.port ?? namedPort;
  return {
    command,
    plans: (values.plan ?? builtInPlans).map(loadPlan),
    urls,
    allowedHosts,
    port: port === undefined ? undefined : numberFlag('port', port, 0, [1, 65_535]),
    paths: {
      liveness: pathFlag('live', values.live, '/livez'),
      readiness: pathFlag('ready', values.ready, '/readyz'),
      health: pathFlag('health', values.health, '/health/redis'),
    },
    seed: numberFlag('seed', values.seed, 1, [0, 2 ** 31]),
    rate: numberFlag('rate', values.rate, 50, [1, 1000]),
    timeoutMs: numberFlag('timeout', values.timeout, 5000, [100, 60_000]),
    maxRequests: numberFlag('max-requests', values['max-requests'], 50_000, [1, 1_000_000]),
    maxSeconds: numberFlag('max-seconds', values['max-seconds'], 600, [1, 86_400]),
    startTimeoutMs: numberFlag('start-timeout', values['start-timeout'], 15_000, [100, 300_000]),
    report: values['no-report'] ? undefined : (values.report ?? 'redis-drill'),
    json: values.json === true,
  };
}

function pathFlag(name: string, value: string | undefined, otherwise: string): string {
  if (value !== undefined && !value.startsWith('/'))
    throw new UsageError(`--${name} takes a path, as in /readyz.`);
  return value ?? otherwise;
}
