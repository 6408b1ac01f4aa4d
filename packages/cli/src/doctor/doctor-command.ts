import { readFileSync } from 'node:fs';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { diagnose, type Diagnosis } from '@redis-resilience/doctor';
import { exitCodes } from '../exit-codes.ts';
import { numberFlag, parseFlags } from '../parse-flags.ts';
import { styleFor } from '../style.ts';
import { UsageError } from '../usage-error.ts';
import { doctorTarget, type DoctorTarget } from './doctor-target.ts';
import { renderMarkdown } from './render-markdown.ts';
import { renderText } from './render-text.ts';

const usage = `Usage: redis-resilience doctor [url] [options]

Walks the path that a connection takes and names the first broken step.

  url                   redis://[user:password@]host[:port][/db], rediss://..., unix:///path,
                        redis+sentinel://host:port,host:port/name, redis+cluster://host:port,host:port,
                        or host[:port], which stands for redis://host[:port]
                        default: the environment variable REDIS_URL, else redis://localhost:6379

  --json                one JSON object: { target, healthy, findings, ... }
  --format <format>     text, json or markdown (for a ticket); default text
  --timeout <ms>        bounds the whole walk; default 5000
  --app <url>           health endpoint of a running application to compare with
  --role <role>         primary, or any if a replica will do; default primary
  --ca, --cert, --key   PEM files for rediss://
  --insecure            accept every certificate, with a warning
  --verbose             also show findings that are only information
  --help

Exit codes: 0 healthy, 1 a finding is an error, 2 bad usage.`;

const flags = {
  json: { type: 'boolean' },
  format: { type: 'string' },
  timeout: { type: 'string' },
  app: { type: 'string' },
  role: { type: 'string' },
  ca: { type: 'string' },
  cert: { type: 'string' },
  key: { type: 'string' },
  insecure: { type: 'boolean' },
  verbose: { type: 'boolean', short: 'v' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** The options of redis-cli and other tools for what the doctor reads from the URL: host, port, login and database. */
const partsOfUrl = {
  names: /^(-[aphnu]|--(host|port|url|uri|tls|user|username|pass|password|db))$/,
  hint: 'Write a URL in its place: redis://user:password@host:port/db, or rediss:// for TLS.',
};

/** Runs `redis-resilience doctor`, and returns its exit code. @throws UsageError for invalid arguments */
export async function doctorCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseFlags(args, flags, partsOfUrl);
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return exitCodes.well;
  }
  const target = doctorTarget(positionals, process.env['REDIS_URL']);
  const format = values.json ? 'json' : (values.format ?? 'text');
  if (!['text', 'json', 'markdown'].includes(format)) {
    throw new UsageError('--format takes text, json or markdown.');
  }
  const { role } = values;
  if (role !== undefined && role !== 'primary' && role !== 'any') {
    throw new UsageError('--role takes primary or any.');
  }
  const diagnosis = await run(target, {
    timeoutMs: numberFlag('timeout', values.timeout, 5000, [100, 600_000]),
    tls: tlsOf(values),
    ...(role !== undefined && { role }),
    ...(values.app !== undefined && { app: values.app }),
  });
  process.stdout.write(render(diagnosis, format, values.verbose === true));
  return diagnosis.healthy ? exitCodes.well : exitCodes.broken;
}

async function run(
  { url, isFromEnvironment }: DoctorTarget,
  options: Parameters<typeof diagnose>[1],
): Promise<Diagnosis> {
  try {
    return await diagnose(url, options);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ConfigurationError') throw error;
    const place = isFromEnvironment ? 'The Redis URL in the environment variable REDIS_URL' : 'The Redis URL';
    const message = error.message
      .replace(/^The Redis URL/, place)
      .replace('The option diagnose.app', '--app');
    throw new UsageError(message);
  }
}

function render(diagnosis: Diagnosis, format: string, isVerbose: boolean): string {
  if (format === 'json') return `${JSON.stringify(diagnosis, undefined, 2)}\n`;
  if (format === 'markdown') return renderMarkdown(diagnosis);
  return renderText(diagnosis, { style: styleFor(process.stdout), isVerbose });
}

interface TlsFlags {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly insecure?: boolean | undefined;
}

function tlsOf({ ca, cert, key, insecure }: TlsFlags): TlsOptions {
  return {
    ...(ca !== undefined && { ca: contentOf('ca', ca) }),
    ...(cert !== undefined && { cert: contentOf('cert', cert) }),
    ...(key !== undefined && { key: contentOf('key', key) }),
    ...(insecure && { rejectUnauthorized: false }),
  };
}

function contentOf(flag: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    throw new UsageError(`--${flag}: the file ${file} cannot be read.`);
  }
}
