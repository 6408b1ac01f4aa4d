import { plainText } from '../plain-text.ts';
import type { Look } from './look.ts';

/** One Redis connection, as a health endpoint reports it. */
export interface ReportedConnection {
  readonly status: Exclude<Look['status'], 'unreachable'>;
  readonly circuit: string;
  readonly outages: number;
  readonly cause: string | undefined;
}

/** The content of a health endpoint's response. */
export interface HealthBody {
  readonly isPass: boolean;
  readonly connections: readonly ReportedConnection[];
}

const longestWord = 60;

/** Parses the body of a health endpoint. Leaves out entries that do not describe a Redis connection; never throws. */
export function readHealthBody(body: unknown): HealthBody {
  const { status, checks } = fieldsOf(body);
  const reported = Object.values(fieldsOf(checks)).flatMap((each) => (Array.isArray(each) ? each : [each]));
  return {
    isPass: status === 'pass',
    connections: reported.flatMap((each) => connectionOf(fieldsOf(each)['redis']) ?? []),
  };
}

function connectionOf(redis: unknown): ReportedConnection | undefined {
  const { status, circuit, outages, cause } = fieldsOf(redis);
  if (status !== 'up' && status !== 'degraded' && status !== 'down') return undefined;
  const { read, write } = fieldsOf(circuit);
  const [reads, writes] = [wordOf(read) ?? '-', wordOf(write) ?? '-'];
  return {
    status,
    circuit: reads === writes ? reads : `r ${reads}, w ${writes}`,
    outages: Number.isSafeInteger(outages) ? (outages as number) : 0,
    cause: wordOf(cause),
  };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' ? plainText(value, longestWord) : undefined;
}
