import { Deadline } from './deadline.ts';
import { resolveDiagnoseOptions, type DiagnoseOptions } from './diagnose-options.ts';
import type { Evidence } from './evidence/evidence.ts';
import { gatherOthers, type DatabaseEvidence } from './evidence/gather-databases.ts';
import { gatherEvidence } from './evidence/gather.ts';
import type { Finding } from './finding.ts';
import { judgeDatabases } from './judge-databases.ts';
import { judge } from './judge.ts';
import { serverFactsOf, type ServerFacts } from './server-facts.ts';
import { resolveTarget, shownOf, type DiagnosisTarget } from './target/resolve-target.ts';

/** The result of `diagnose`. */
export interface Diagnosis {
  /** The target without credentials. */
  readonly target: string;
  /** Whether no finding is an error. */
  readonly healthy: boolean;
  /**
   * Errors first, then warnings, then `info`. Findings of one severity are in the order in which a client meets them.
   */
  readonly findings: readonly Finding[];
  /** Version, role, round trip and memory of each server that answered. */
  readonly servers: readonly ServerFacts[];
  readonly durationMs: number;
}

/**
 * Follows the path of a connection to Redis step by step (DNS, TCP, TLS, login, server), and returns the problems that
 * it finds. A fault of Redis or the network is a finding, not an error. The diagnosis changes nothing on the server,
 * and contains no credentials. If the target has several databases, the doctor follows the path to each of them, and
 * compares them.
 *
 * @throws ConfigurationError when the target is malformed, or an option is unknown or invalid
 * @example
 * const { healthy, findings } = await diagnose('redis://localhost:6379');
 * findings[0]?.code; // 'connection-refused'
 */
export async function diagnose(target: DiagnosisTarget, options: DiagnoseOptions = {}): Promise<Diagnosis> {
  const { timeoutMs, depth, clock, host, tls, role, app } = resolveDiagnoseOptions(options);
  const resolved = resolveTarget(target, { tls, role });
  const startedAt = clock.now();
  const deadline = new Deadline(clock, timeoutMs - marginOf(timeoutMs));
  let evidence: Evidence;
  let others: readonly DatabaseEvidence[];
  try {
    const gathered = { isShort: depth === 'short', appUrl: app, looksAtHost: host, timeoutMs };
    [evidence, others] = await Promise.all([
      gatherEvidence({ ...resolved, isMain: true }, gathered, deadline),
      gatherOthers(resolved, gathered, deadline),
    ]);
  } finally {
    deadline.release();
  }
  const { database: name } = resolved;
  const findings =
    name === undefined
      ? judge(evidence)
      : judgeDatabases([{ name, isMain: true, isReadOnly: resolved.isReadOnly, evidence }, ...others]);
  return {
    target: shownOf(resolved),
    healthy: findings.every(({ severity }) => severity !== 'error'),
    findings,
    servers: serverFactsOf(evidence),
    durationMs: Math.round(clock.now() - startedAt),
  };
}

// Returns how many milliseconds of the time limit are kept for judging the evidence after it was gathered.
function marginOf(timeoutMs: number): number {
  return Math.min(150, timeoutMs * 0.1);
}
