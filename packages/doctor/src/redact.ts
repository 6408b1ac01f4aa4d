import type { Evidence } from './evidence/evidence.ts';
import type { EvidenceValue, Finding } from './finding.ts';

const shortest = 3;
const mask = '***';

/** Returns all passwords that the doctor was given, both plain and percent-encoded, but none under 3 characters. */
export function secretsOf({ target, login }: Pick<Evidence, 'target' | 'login'>): readonly string[] {
  const passwords = [target.login?.password, target.sentinelLogin?.password, login?.password];
  const known = passwords.filter((word) => word !== undefined && word.length >= shortest) as string[];
  return [...new Set(known.flatMap((word) => [word, encodeURIComponent(word)]))].toSorted(
    (one, other) => other.length - one.length,
  );
}

/**
 * Returns the finding with every secret masked, and with control characters escaped, because a terminal would obey
 * them. Rules are not supposed to show secrets; the masking is for a rule that shows one by mistake. In what the doctor
 * says itself, a password that is a word, such as `redis`, is not masked: the gap in a known sentence would reveal the
 * password, and the sentence or command would be of no use.
 */
export function redact(finding: Finding, secrets: readonly string[]): Finding {
  const clean = (text: string): string => masked(text, secrets);
  const unlikeWords = secrets.filter((secret) => !word.test(secret));
  const cleanOwn = (text: string): string => masked(text, unlikeWords);
  const cleanValue = (value: EvidenceValue): EvidenceValue => {
    if (typeof value === 'string') return clean(value);
    return Array.isArray(value) ? value.map((each: string) => clean(each)) : value;
  };
  const evidence = Object.entries(finding.evidence).map(([name, value]) => {
    const isOwn = name === 'reason' && typeof value === 'string';
    return [cleanOwn(name), isOwn ? cleanOwn(value) : cleanValue(value)] as const;
  });
  return {
    ...finding,
    message: cleanOwn(finding.message),
    evidence: Object.fromEntries(evidence),
    next: cleanOwn(finding.next),
  };
}

/** Matches what may be a word of a sentence. */
const word = /^[a-z]{1,12}$/i;

function masked(text: string, secrets: readonly string[]): string {
  return spelt(secrets.reduce((left, secret) => left.replaceAll(secret, mask), text));
}

// Matches control characters, line separators, and the Unicode characters that reverse the direction of text.
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

function spelt(text: string): string {
  return text.replace(unprintable, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
