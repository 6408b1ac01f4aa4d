import { readFileSync } from 'node:fs';
import { doctorCodes, docsUrl } from '@redis-resilience/doctor';
import { expect, it } from 'vitest';

const text = readFileSync(new URL('../../packages/doctor/FINDINGS.md', import.meta.url), 'utf8');
const causes = readFileSync(new URL('../../packages/core/src/cause.ts', import.meta.url), 'utf8');
const causeCodes = [...causes.matchAll(/^ {2}\| '([a-z-]+)'/gm)].map(([, code]) => code ?? '');

it.each([...doctorCodes, ...causeCodes])(
  'FINDINGS.md has a paragraph for %s, where docs links lead',
  (code) => {
    expect(text).toMatch(new RegExp(`^### ${code}\\n\\n\\S`, 'm'));
    expect(docsUrl).toMatch(/packages\/doctor\/FINDINGS\.md$/);
  },
);

it('FINDINGS.md has no paragraph for a code that does not exist', () => {
  const described = [...text.matchAll(/^### (\S+)$/gm)].map(([, code]) => code ?? '');
  const known: readonly string[] = [...doctorCodes, ...causeCodes];
  expect(described.filter((code) => !known.includes(code))).toEqual([]);
});
