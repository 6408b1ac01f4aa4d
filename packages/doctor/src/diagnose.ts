import { ConfigurationError, systemClock, type Clock } from '@redis-resilience/core';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { Deadline } from './deadline.ts';
import type { Evidence } from './evidence/evidence.ts';
import { gatherEvidence } from './evidence/gather.ts';
import type { Finding } from './finding.ts';
import { judge } from './judge.ts';
import { resolveTarget, type DiagnosisTarget } from './target/resolve-target.ts';

/** Options of {@link diagnose}. */
export interface DiagnoseOptions {
  /** Bounds the whole walk. Default 5,000 ms. */
  readonly timeoutMs?: number;
  /** `short` stops when it is known whether Redis serves: no measurements, no logs of slow commands. Default `full`. */
  readonly depth?: 'short' | 'full';
  /** Authority, certificate and key for a `rediss://` URL; options and clients bring their own. */
  readonly tls?: TlsOptions;
  /** What the endpoint is expected to be. Default `primary`, or what the client expects. */
  readonly role?: 'primary' | 'any';
  /** Health endpoint of a running application, whose view is compared. */
  readonly app?: string;
  /** Look at processes and logs when the target is this host. Default `true`. */
  readonly host?: boolean;
  readonly clock?: Clock;
}

/** What was found, the most important first. */
export interface Diagnosis {
  /** The target without credentials. */
  readonly target: string;
  /** No finding is an error. */
  readonly healthy: boolean;
  readonly findings: readonly Finding[];
  readonly durationMs: number;
}

/**
 * Walks the path a connection takes, step by step, and says what is wrong with it: data, never an exception for
 * anything Redis or the network does. Changes nothing on the server, and shows no credential.
 *
 * @throws ConfigurationError when the target or an option is malformed
 * @example
 * const { healthy, findings } = await diagnose('redis://localhost:6379');
 * findings[0]?.code; // 'connection-refused'
 */
export async function diagnose(target: DiagnosisTarget, options: DiagnoseOptions = {}): Promise<Diagnosis> {
  const { timeoutMs = 5000, depth = 'full', clock = systemClock } = options;
  if (!(timeoutMs >= 50))
    throw new ConfigurationError('The option timeoutMs must be a number of at least 50.');
  const resolved = resolveTarget(target, { tls: options.tls, role: options.role });
  const startedAt = clock.now();
  const deadline = new Deadline(clock, timeoutMs - marginOf(timeoutMs));
  let evidence: Evidence;
  try {
    evidence = await gatherEvidence(
      resolved,
      {
        isShort: depth === 'short',
        appUrl: options.app === undefined ? undefined : checkAppUrl(options.app),
        looksAtHost: options.host ?? true,
        timeoutMs,
      },
      deadline,
    );
  } finally {
    deadline.release();
  }
  const findings = judge(evidence);
  return {
    target: resolved.walk.shown,
    healthy: findings.every(({ severity }) => severity !== 'error'),
    findings,
    durationMs: Math.round(clock.now() - startedAt),
  };
}

// The judgement, and the way back to the caller, take time too.
function marginOf(timeoutMs: number): number {
  return Math.min(150, timeoutMs * 0.1);
}

function checkAppUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:/.test(text)) {
    throw new ConfigurationError('The option app must be the http:// URL of a health endpoint.');
  }
  return text;
}
