// Runs the whole suite on each supported version of ioredis and Node:
//
//   node test/matrix/run.mjs [--ioredis 5.6,5.11,6] [--node 20,22,24,26] [--pairs all|edges] [--nest 11|12] [--no-build]
//     [-- vitest arguments]
//
// `edges` (the default) runs each version of ioredis on the oldest and the newest Node, and each Node with the newest
// ioredis; `all` runs every pair. Each ioredis gets a copy of the workspace in a temporary folder, in whose node_modules
// it takes the place of the newest. A Node version comes as the npm package `node`. `--nest 11` installs that version in
// the temporary folder, in the place of the newest:
//
//   node test/matrix/run.mjs --nest 11 --ioredis 6 --node 20 -- nestjs

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

// Each supported version, and the folder of node_modules it lies in.
const drivers = new Map([
  ['5.6', 'ioredis-5-6'],
  ['5.11', 'ioredis-5'],
  ['6', 'ioredis'],
]);
const copyOptions = { recursive: true, verbatimSymlinks: true };
const nodes = ['20', '22', '24', '26'];
const newestNest = '12';
// What the tests of `nestjs` load, beside what each Nest package needs of its own.
const nest11 = [
  'common',
  'core',
  'platform-express',
  'platform-fastify',
  'microservices',
  'terminus',
  'testing',
]
  .map((name) => `@nestjs/${name}@11`)
  .concat('rxjs@7', 'reflect-metadata@0.2');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ioredis: { type: 'string', default: [...drivers.keys()].join() },
    node: { type: 'string', default: nodes.join() },
    pairs: { type: 'string', default: 'edges' },
    nest: { type: 'string', default: newestNest },
    'no-build': { type: 'boolean', default: false },
  },
});

const chosenDrivers = chosen('ioredis', values.ioredis, [...drivers.keys()]);
const chosenNodes = chosen('node', values.node, nodes);
if (!['all', 'edges'].includes(values.pairs)) fail(`--pairs ${values.pairs}: expected all or edges`);
if (!['11', newestNest].includes(values.nest)) fail(`--nest ${values.nest}: expected 11 or ${newestNest}`);

if (!values['no-build']) execFileSync('npm', ['run', 'build'], { cwd: root, stdio: 'inherit' });

const folder = mkdtempSync(join(tmpdir(), 'redis-resilience-matrix-'));
// Tests run parts of the workspace as another user, who must be able to read it.
chmodSync(folder, 0o755);
let suite;
process.on('exit', () => {
  suite?.kill();
  rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

const results = [];
for (const driver of chosenDrivers) {
  const workspace = copyWorkspace(driver);
  for (const node of chosenNodes) {
    if (isLeftOut(driver, node)) continue;
    results.push(await runSuite(workspace, driver, node));
  }
  rmSync(workspace, { recursive: true, force: true });
}
process.stdout.write(`\n${results.map(lineOf).join('\n')}\n`);
process.exitCode = results.every(({ isGreen }) => isGreen) ? 0 : 1;

/** Whether `edges` leaves this pair out: neither an outermost Node nor the newest ioredis. */
function isLeftOut(driver, node) {
  if (values.pairs === 'all') return false;
  const isEdge = node === chosenNodes[0] || node === chosenNodes.at(-1);
  return !isEdge && driver !== chosenDrivers.at(-1);
}

/** Copies the workspace, links between its packages included: whoever asks for ioredis finds the one of the copy. */
function copyWorkspace(driver) {
  const workspace = join(folder, `ioredis-${driver}`);
  const left = new Set(['node_modules', '.git', '.turbo', 'coverage']);
  cpSync(root, workspace, { recursive: true, filter: (path) => path === root || !left.has(basename(path)) });
  const from = join(root, 'node_modules');
  const to = join(workspace, 'node_modules');
  mkdirSync(to);
  for (const name of readdirSync(from)) {
    if (name === '.vite' || name === '.cache' || name === 'ioredis') continue;
    cpSync(join(from, name), join(to, name), copyOptions);
  }
  cpSync(join(from, drivers.get(driver)), join(to, 'ioredis'), copyOptions);
  for (const group of ['packages', 'examples', 'test']) copyNested(group, workspace);
  if (values.nest !== newestNest) placeNest11(to);
  return workspace;
}

/** Puts links to Nest 11 in the place of the newest, so that its packages find each other, and the tests find them. */
function placeNest11(modules) {
  const installed = join(folder, 'nest-11');
  if (!existsSync(installed)) {
    mkdirSync(installed);
    const args = ['install', '--prefix', installed, '--no-audit', '--no-fund', ...nest11, 'ioredis@6'];
    execFileSync('npm', args, { cwd: installed, stdio: 'inherit' });
  }
  for (const specifier of nest11) {
    const name = specifier.slice(0, specifier.lastIndexOf('@'));
    rmSync(join(modules, name), { recursive: true });
    symlinkSync(join(installed, 'node_modules', name), join(modules, name));
  }
}

/** What npm could not hoist lies in a node_modules of the workspace's own. */
function copyNested(group, workspace) {
  const parents =
    group === 'test' ? ['test'] : readdirSync(join(root, group)).map((name) => join(group, name));
  for (const parent of parents) {
    const nested = join(root, parent, 'node_modules');
    if (existsSync(nested)) cpSync(nested, join(workspace, parent, 'node_modules'), copyOptions);
  }
}

async function runSuite(workspace, driver, node) {
  process.stdout.write(`\n=== ioredis ${driver} on Node ${node}, Nest ${values.nest} ===\n`);
  const report = join(folder, `report-${driver}-${node}.json`);
  const vitest = join(workspace, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  suite = spawn(executableOf(node), [vitest, 'run', ...reporters, ...positionals], {
    cwd: join(workspace, 'test'),
    stdio: 'inherit',
    env: { ...process.env, NODE_PATH: '' },
  });
  const [code] = await once(suite, 'exit');
  const counts = existsSync(report) ? JSON.parse(await readFile(report, 'utf8')) : {};
  return { driver, node, isGreen: code === 0, counts };
}

/** A copy of this version of Node, which npx downloads the first time: another user cannot read where npx keeps it. */
function executableOf(node) {
  if (process.versions.node.startsWith(`${node}.`)) return process.execPath;
  const executable = join(folder, `node-${node}`, 'node');
  if (existsSync(executable)) return executable;
  const args = ['--yes', '--package', `node@${node}`, '--', 'node', '--print', 'process.execPath'];
  const kept = execFileSync('npx', args, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
  mkdirSync(dirname(executable));
  copyFileSync(kept, executable);
  return executable;
}

function lineOf({ driver, node, isGreen, counts }) {
  const { numPassedTests = 0, numFailedTests = 0 } = counts;
  const verdict = isGreen ? 'passed' : 'FAILED';
  return `ioredis ${driver.padEnd(5)} Node ${node.padEnd(3)} ${verdict}: ${numPassedTests} passed, ${numFailedTests} failed`;
}

function chosen(option, text, allowed) {
  const given = text.split(',').map((each) => each.trim());
  const unknown = given.find((each) => !allowed.includes(each));
  if (unknown !== undefined) fail(`--${option} ${unknown}: expected some of ${allowed.join(', ')}`);
  return allowed.filter((each) => given.includes(each));
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
