// Gives all packages another version: npm run release:version -- 0.2.0
//
// Writes the manifests, the lock file and the heading of CHANGELOG.md. Commit them, and tag the commit v0.2.0.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withRelease, withVersion } from './versions.mjs';

const root = join(import.meta.dirname, '..');
const [version = ''] = process.argv.slice(2);
if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) {
  console.error('Say which version: npm run release:version -- 0.2.0');
  process.exit(2);
}

const files = ['packages', 'examples']
  .flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => join(root, parent, name, 'package.json')),
  )
  .concat(join(root, 'test/package.json'))
  .filter((file) => existsSync(file));
const manifests = files.map((file) => ({ file, manifest: JSON.parse(readFileSync(file, 'utf8')) }));
const shared = new Set(manifests.map(({ manifest }) => manifest.name));
for (const { file, manifest } of manifests) {
  writeFileSync(file, `${JSON.stringify(withVersion(manifest, version, shared), null, 2)}\n`);
}
const changelog = join(root, 'CHANGELOG.md');
const today = new Date().toISOString().slice(0, 10);
writeFileSync(changelog, withRelease(readFileSync(changelog, 'utf8'), version, today));
execFileSync('npm', ['install', '--package-lock-only'], { cwd: root, stdio: 'inherit' });
console.log(
  `All ${manifests.length} packages are ${version}. Look at the changes, commit, and tag v${version}.`,
);
