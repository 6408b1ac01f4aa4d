import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { problemOfRelease, withRelease, withVersion } from '../../release/versions.mjs';

const root = join(import.meta.dirname, '../..');
const shared = new Set(['@redis-resilience/core', '@redis-resilience/demo']);

describe('a new version', () => {
  it('is that of a package of this project, and of the ranges in which others ask for it', () => {
    const manifest = {
      name: '@redis-resilience/core',
      version: '0.1.0',
      dependencies: { '@redis-resilience/demo': '^0.1.0', 'lru-cache': '^11.0.0' },
      peerDependencies: { ioredis: '^5.6.0 || ^6.0.0' },
    };
    expect(withVersion(manifest, '0.2.0', shared)).toEqual({
      name: '@redis-resilience/core',
      version: '0.2.0',
      dependencies: { '@redis-resilience/demo': '^0.2.0', 'lru-cache': '^11.0.0' },
      peerDependencies: { ioredis: '^5.6.0 || ^6.0.0' },
    });
  });

  it('is pinned where the old one was', () => {
    const manifest = { name: '@redis-resilience/demo', dependencies: { '@redis-resilience/core': '0.1.0' } };
    expect(withVersion(manifest, '1.0.0', shared)['dependencies']).toEqual({
      '@redis-resilience/core': '1.0.0',
    });
  });

  it('is a heading of the changelog, below an empty place for what comes', () => {
    const changelog = '# Changelog\n\n## Unreleased\n\n- A change.\n';
    expect(withRelease(changelog, '0.2.0', '2030-01-31')).toBe(
      '# Changelog\n\n## Unreleased\n\n## 0.2.0 (2030-01-31)\n\n- A change.\n',
    );
    expect(() => withRelease('# Changelog\n', '0.2.0', '2030-01-31')).toThrow('Unreleased');
  });
});

it('every package asks for the same versions of ioredis, so that npm finds one that suits all of them', () => {
  const ranges = readdirSync(join(root, 'packages')).flatMap((name) => {
    const text = readFileSync(join(root, 'packages', name, 'package.json'), 'utf8');
    const { dependencies, peerDependencies } = JSON.parse(text) as Partial<
      Record<'dependencies' | 'peerDependencies', Record<string, string>>
    >;
    return [dependencies?.['ioredis'], peerDependencies?.['ioredis']].filter((range) => range !== undefined);
  });
  expect(ranges.length).toBeGreaterThan(5);
  expect(new Set(ranges)).toEqual(new Set(['^5.6.0 || ^6.0.0']));
});

it('every workflow runs what contributors run, and no job runs without a bound', () => {
  const folder = join(root, '.github/workflows');
  const workflows = readdirSync(folder).map((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    return parse(text) as { jobs: Record<string, { 'timeout-minutes'?: number; steps: { run?: string }[] }> };
  });
  const jobs = workflows.flatMap(({ jobs: ofWorkflow }) => Object.values(ofWorkflow));
  expect(jobs.map((job) => job['timeout-minutes'] ?? Infinity).every(Number.isFinite)).toBe(true);
  const commands = jobs.flatMap(({ steps }) => steps.map(({ run = '' }) => run));
  expect(commands).toEqual(expect.arrayContaining(['npm ci', '.ci/run', 'npm run release']));
});

it.each([
  [undefined, undefined],
  ['v0.2.0', undefined],
  ['v0.3.0', /tag is v0\.3\.0.* version 0\.2\.0/],
  ['0.2.0', /tag is 0\.2\.0/],
])('a release is tagged with the version of the packages: %s', (tag, problem) => {
  const changelog = '## Unreleased\n\n## 0.2.0 (2030-01-31)\n';
  const told = problemOfRelease(tag, '0.2.0', changelog);
  if (problem === undefined) expect(told).toBeUndefined();
  else expect(told).toMatch(problem);
});

it('a release has its heading in the changelog', () => {
  expect(problemOfRelease('v0.2.0', '0.2.0', '## Unreleased\n')).toContain('no heading for 0.2.0');
});
