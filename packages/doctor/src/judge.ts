import type { Evidence } from './evidence/evidence.ts';
import type { Finding, Severity } from './finding.ts';
import { redact, secretsOf } from './redact.ts';
import { allRules } from './rules/all-rules.ts';

const weight: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

/**
 * Runs every rule on the evidence, and returns the findings, free of credentials. Errors come first, then warnings,
 * then `info`; findings of one severity are in the order of the rules.
 */
export function judge(evidence: Evidence): readonly Finding[] {
  const found = allRules.flatMap((rule) => rule(evidence));
  const secrets = secretsOf(evidence);
  return bySeverity(merged(found)).map((finding) => redact(finding, secrets));
}

/** Sorts errors first, then warnings, then `info`. Findings of one severity keep their order. */
export function bySeverity(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((left, right) => weight[left.severity] - weight[right.severity]);
}

// Merges equal findings about several nodes into one, which lists the addresses of all these nodes.
function merged(findings: readonly Finding[]): readonly Finding[] {
  const byWords = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.severity} ${finding.code} ${finding.message}`;
    byWords.set(key, [...(byWords.get(key) ?? []), finding]);
  }
  return [...byWords.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined || group.length === 1) return group;
    const addresses = group.flatMap(({ evidence }) => (evidence['address'] as string | undefined) ?? []);
    return [{ ...first, evidence: { ...first.evidence, addresses } }];
  });
}
