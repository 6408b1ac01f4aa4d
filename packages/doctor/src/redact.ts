import type { EvidenceValue, Finding } from './finding.ts';
import type { WalkTarget } from './target/walk-target.ts';

const shortest = 3;
const mask = '***';

/** The passwords of the target, plain and percent-encoded. */
export function secretsOf(target: WalkTarget): readonly string[] {
  const passwords = [target.login?.password, target.sentinelLogin?.password];
  const known = passwords.filter((word) => word !== undefined && word.length >= shortest) as string[];
  return [...new Set(known.flatMap((word) => [word, encodeURIComponent(word)]))];
}

/** The finding with every secret masked. No rule shows one; this is the last guard. */
export function redact(finding: Finding, secrets: readonly string[]): Finding {
  if (secrets.length === 0) return finding;
  const clean = (text: string): string =>
    secrets.reduce((left, secret) => left.replaceAll(secret, mask), text);
  const cleanValue = (value: EvidenceValue): EvidenceValue => {
    if (typeof value === 'string') return clean(value);
    return Array.isArray(value) ? value.map((each: string) => clean(each)) : value;
  };
  const evidence = Object.entries(finding.evidence).map(
    ([name, value]) => [name, cleanValue(value)] as const,
  );
  return { ...finding, evidence: Object.fromEntries(evidence), next: clean(finding.next) };
}
