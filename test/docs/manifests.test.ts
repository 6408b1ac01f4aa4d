import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { printedSnippets } from './snippets.ts';

const blocks = printedSnippets();

it('every manifest of the book is YAML, and its probes never let an outage of Redis restart a process', () => {
  const manifests = blocks.filter(({ language }) => language === 'yaml');
  expect(manifests.length).toBeGreaterThan(3);
  for (const { page, text } of manifests) {
    for (const document of parseAllDocuments(text)) {
      expect({ page, errors: document.errors }).toEqual({ page, errors: [] });
    }
    for (const [, path] of text.matchAll(/livenessProbe:\s*\n\s*httpGet: \{ path: (\S+),/g)) {
      expect({ page, path }).toEqual({ page, path: '/livez' });
    }
  }
});
