// From a clean tree to tarballs that can be published: npm run release
//
// Builds everything, runs the checks, and packs each published package into release/tarballs. With RELEASE_TAG, refuses
// packages of another version. Publishes nothing: the last lines say how.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { problemOfRelease } from './versions.mjs';

const root = join(import.meta.dirname, '..');
const tarballs = join(import.meta.dirname, 'tarballs');

const changed = run('git', ['status', '--porcelain']);
if (changed !== '') {
  console.error(`Commit or discard these first: a release is made of what is committed.\n${changed}`);
  process.exit(2);
}
const { RELEASE_TAG: tag } = process.env;
const { version } = JSON.parse(readFileSync(join(root, 'packages/core/package.json'), 'utf8'));
const problem = problemOfRelease(tag, version, readFileSync(join(root, 'CHANGELOG.md'), 'utf8'));
if (problem !== undefined) {
  console.error(`${problem} Run npm run release:version, commit, and tag that commit.`);
  process.exit(2);
}
execFileSync('npm', ['run', 'check'], { cwd: root, stdio: 'inherit' });

rmSync(tarballs, { recursive: true, force: true });
mkdirSync(tarballs);
for (const name of readdirSync(join(root, 'packages'))) {
  const manifest = join(root, 'packages', name, 'package.json');
  if (!existsSync(manifest) || JSON.parse(readFileSync(manifest, 'utf8')).private === true) continue;
  const [packed] = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', tarballs, '--workspace', `packages/${name}`]),
  );
  const kilobytes = Math.ceil(packed.size / 1024);
  console.log(`${packed.id.padEnd(38)} ${String(kilobytes).padStart(5)} KiB ${packed.entryCount} files`);
}
console.log('\nTo publish, from a workflow with the permission id-token: write:');
console.log(
  '  for tarball in release/tarballs/*.tgz; do npm publish --provenance --access public "$tarball"; done',
);

function run(command, args) {
  return execFileSync(command, args, { cwd: root, encoding: 'utf8' }).trim();
}
