// Makes `npm test`, `npm run demo` and `npm run check` work as the first command after a checkout: looks whether the
// npm packages and the programs named as arguments are there, and installs what is missing. No dependency, no build.
//
//   node test/setup/setup.mjs [redis-server] [openssl] [chromium-headless-shell] [chromium]

import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, readSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

// Debian names the packages as the programs; brew does not.
const brewNames = { 'redis-server': 'redis' };

// Another program may be named in place of these.
const namedBy = {
  'redis-server': 'REDIS_SERVER_BIN',
  'chromium-headless-shell': 'CHROMIUM_BIN',
  chromium: 'CHROMIUM_BIN',
};

// The shell is Chromium without its user interface. The tests need no more, and it takes a third of the CPU time.
const alsoServes = { 'chromium-headless-shell': 'chromium' };

// A browser cannot be had everywhere, and few tests need one: without it they are skipped, and that is said.
const statusPageTests = 'the tests of the status page in a browser';
const lostWithout = { 'chromium-headless-shell': statusPageTests, chromium: statusPageTests };

// Debian starts a service as soon as it is installed, and enables it for the next boot. Tests start their own servers:
// a policy file forbids the start while the package is configured, and systemd is told to leave the service off. A
// guard in a session of its own removes the file when this shell is gone, however it ended; and should the guard be
// killed too, the file forbids nothing any more, and removes itself when it is first asked. A shell that has ended counts
// as gone also where nobody collects it, as in a container whose first process is not an init.
const aptScript = `
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\\ngrep -qs "^State:.[^ZX]" /proc/%s/status && exit 101\\nrm -f "$0"\\nexit 0\\n' $$ > "$policy" && chmod 755 "$policy"
  setsid sh -c 'trap "" INT TERM HUP; while grep -qs "^State:.[^ZX]" "/proc/$1/status"; do sleep 0.2; done; rm -f "$2"' guard $$ "$policy" \\
    </dev/null >/dev/null 2>&1 &
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' INT TERM HUP
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq -o DPkg::Lock::Timeout=120
apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=120 "$@" || exit
case " $* " in
  *' redis-server '*) [ ! -d /run/systemd/system ] || systemctl disable --quiet redis-server || true ;;
esac
`;

checkNode();
checkPrograms(process.argv.slice(2));
checkPackages();

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(
    `Node ${process.versions.node} is too old: this project needs Node 20.19 or later.`,
    'Install a newer one from https://nodejs.org, then run the command again.',
  );
}

function checkPrograms(names) {
  for (const name of names) checkNamed(namedBy[name]);
  const missing = install(names.filter((name) => !(name in lostWithout)));
  if (missing.length > 0) fail(...adviceFor(missing));
  for (const name of install(names.filter((name) => name in lostWithout))) {
    say(`\n${name} is missing and could not be installed: ${lostWithout[name]} will be skipped.`);
    say(`Install it, or name one in the environment variable ${namedBy[name]}, and they run too.\n`);
  }
}

/** Gives the programs that are missing all the same. */
function install(names) {
  const missing = names.filter((name) => !isThere(name));
  const asRoot = missing.length > 0 && commandForRoot(missing);
  if (asRoot) installWithApt(missing, asRoot);
  return missing.filter((name) => !isThere(name));
}

/** A program that somebody named and that is not there is a mistake: another one must not take its place. */
function checkNamed(variable) {
  const named = process.env[variable];
  if (!named || isProgram(named)) return;
  fail(`${variable} names ${JSON.stringify(named)}, which is no program on this machine.`);
}

function isThere(name) {
  const named = process.env[namedBy[name]];
  if (named) return isProgram(named);
  return isProgram(name) || (name in alsoServes && isProgram(alsoServes[name]));
}

function isProgram(name) {
  if (/[\\/]/.test(name)) return isExecutable(name);
  return (process.env.PATH || '')
    .split(delimiter)
    .some((folder) => folder && isExecutable(join(folder, name)));
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** What to put before a command to run it as root; undefined without apt, and where nobody agreed to sudo. */
function commandForRoot(names) {
  if (process.platform !== 'linux' || !isProgram('apt-get')) return undefined;
  if (process.getuid() === 0) return [];
  return isProgram('sudo') && mayUseSudo(names) ? ['sudo'] : undefined;
}

/** Asks the person at the terminal; where nobody sits, SETUP_WITH_SUDO=yes is the answer. */
function mayUseSudo(names) {
  if (process.env.SETUP_WITH_SUDO === 'yes') return true;
  if (!process.stdin.isTTY) return false;
  process.stderr.write(`Install ${names.join(' and ')} with sudo apt-get? [y/N] `);
  const answer = Buffer.alloc(16);
  try {
    return /^y(es)?$/i.test(answer.toString('utf8', 0, readSync(0, answer)).trim());
  } catch {
    return false;
  }
}

function installWithApt(names, asRoot) {
  say(`Installing ${names.join(' and ')} with apt-get; no service is started.`);
  const [command, ...args] = [...asRoot, 'sh', '-c', aptScript, 'install', ...names];
  const { stdout, stderr, status } = spawnSync(command, args, {
    // sudo asks for its password at the terminal.
    stdio: [asRoot.length > 0 ? 'inherit' : 'ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) process.stderr.write(`${stdout}${stderr}`);
}

function adviceFor(names) {
  const again =
    { pretest: 'npm test', predemo: 'npm run demo' }[process.env.npm_lifecycle_event] || 'npm run setup';
  const formulae = names.map((name) => brewNames[name] || name).join(' ');
  const advice = [
    `Missing on this machine: ${names.join(', ')}. Install it, then run \`${again}\` again:`,
    '',
    `  Debian, Ubuntu:  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${names.join(' ')}`,
    `  macOS:           brew install ${formulae}`,
    `  Docker:          docker run --rm -it -v "$PWD":/app -v /app/node_modules -w /app node:22 ${again}`,
  ];
  if (!names.includes('redis-server')) return advice;
  return [
    ...advice,
    '',
    'Where nobody can be asked, SETUP_WITH_SUDO=yes lets this set-up use sudo.',
    'Or name another server binary (Redis, Valkey) in the environment variable REDIS_SERVER_BIN.',
  ];
}

function checkPackages() {
  if (packagesAreInstalled()) return;
  say('Installing the npm packages. This takes a moment, once.');
  // As `npm ci`, but one that keeps what is there, and takes a lock file without the binaries of other platforms.
  // NODE_ENV=production must not leave out the development packages: they are all there is.
  const args = ['install', '--no-save', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const [command, ...rest] = npm ? [process.execPath, npm, ...args] : ['npm', ...args];
  const { status, error } = spawnSync(command, rest, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: !npm && process.platform === 'win32',
  });
  if (status !== 0) fail(`npm could not install the packages${error ? `: ${error.message}` : ''}.`);
}

/** npm writes its own lock file into node_modules last of all: an interrupted installation has none. */
function packagesAreInstalled() {
  const locked = join(root, 'package-lock.json');
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  if (statSync(installed).mtimeMs >= statSync(locked).mtimeMs) return true;
  const present = packagesIn(installed);
  return Object.entries(packagesIn(locked)).every(([path, wanted]) => {
    const have = present[path];
    return have ? have.version === wanted.version : !path.startsWith('node_modules/') || wanted.optional;
  });
}

function packagesIn(lockFile) {
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

function fail(...lines) {
  say(`\n${lines.join('\n')}\n`);
  process.exit(1);
}
