import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const root = dirname(dirname(import.meta.dirname));
const folders = ['packages', 'examples'].flatMap((parent) =>
  readdirSync(join(root, parent))
    .map((name) => `${parent}/${name}`)
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    // The book installs its own tools, which nothing else needs.
    .filter((folder) => folder !== 'packages/docs'),
);

it('every workspace is built before the tests, which run what was built', () => {
  const names = folders.map((folder) => manifestOf(folder).name);
  expect(Object.keys(manifestOf('test').dependencies ?? {}).toSorted()).toEqual(names.toSorted());
});

it('every workspace is compiled in one run, which checks the declarations that they share once', () => {
  const { references } = read('tsconfig.build.json') as { references: readonly { path: string }[] };
  expect(references.map(({ path }) => path).toSorted()).toEqual(folders.toSorted());
});

it('published packages depend on each other by range, so that an application has one core; the rest is pinned', () => {
  const versions = new Map(folders.map((folder) => [manifestOf(folder).name, manifestOf(folder).version]));
  const wrong = [...folders, 'test'].flatMap((folder) =>
    Object.entries(manifestOf(folder).dependencies ?? {})
      .filter(([name, range]) => versions.has(name) && range !== rangeOf(folder, versions.get(name) ?? ''))
      .map(([name]) => `${folder}: ${name}`),
  );
  expect(wrong).toEqual([]);
});

function rangeOf(folder: string, version: string): string {
  return folder.startsWith('packages/') ? `^${version}` : version;
}

const published = folders.filter((folder) => folder.startsWith('packages/'));

it.each(published)('what npm packs of %s has the license', (folder) => {
  expect(readFileSync(join(root, folder, 'LICENSE'), 'utf8')).toBe(
    readFileSync(join(root, 'LICENSE'), 'utf8'),
  );
});

it.each(published)('the manifest of %s says what the registry shows', (folder) => {
  const manifest = read(`${folder}/package.json`) as Readonly<Record<string, unknown>>;
  expect(manifest).toMatchObject({
    description: expect.stringMatching(/^.{20,200}$/),
    license: 'MIT',
    homepage: expect.stringContaining(folder),
    repository: { directory: folder },
    publishConfig: { access: 'public', provenance: true },
  });
  expect(new Set(manifest['keywords'] as string[]).size).toBeGreaterThan(5);
});

it.each(published)('nothing that comes with %s runs a script when it is installed', (folder) => {
  const { packages } = read('package-lock.json') as { packages: Readonly<Record<string, Locked>> };
  const seen = new Set<string>();
  const visit = (path: string): void => {
    const locked = packages[path]?.link === true ? packages[packages[path].resolved] : packages[path];
    if (locked === undefined || seen.has(path)) return;
    seen.add(path);
    expect({ path, hasInstallScript: locked.hasInstallScript }).toEqual({ path });
    for (const name of Object.keys({ ...locked.dependencies, ...locked.optionalDependencies })) {
      const own = `${path}/node_modules/${name}`;
      visit(own in packages ? own : `node_modules/${name}`);
    }
  };
  visit(folder);
  expect(seen.size).toBeGreaterThan(0);
});

interface Locked {
  readonly link?: boolean;
  readonly resolved: string;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function manifestOf(folder: string): Manifest {
  return read(`${folder}/package.json`) as Manifest;
}

function read(path: string): unknown {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}
