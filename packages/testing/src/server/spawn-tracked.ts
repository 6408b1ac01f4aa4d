import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { temporaryRoot } from '../temporary-folder.ts';

/** The program to run, its working folder, and the file to append its output to. */
export interface TrackedProgram {
  readonly binary: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly logFile: string;
}

// The children that must end when this process ends, however it ends.
const children = new Set<ChildProcess>();
let watchdog: ChildProcess | undefined;

/**
 * Starts a child process that cannot outlive this process. When this process exits, an 'exit' listener kills its
 * children. If this process is killed by a signal, no listener runs; a small shell (the watchdog) notices that its pipe
 * from this process has closed, kills the children and removes the temporary folders. No signal handlers are installed,
 * so the user's own handlers work as always. The child has its own session, so that Ctrl-C reaches only this process.
 * The child does not keep this process alive.
 */
export function spawnTracked(program: TrackedProgram): ChildProcess {
  const log = openSync(program.logFile, 'a');
  const child = spawn(program.binary, program.args, {
    cwd: program.folder,
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  child.unref();
  if (child.pid !== undefined) track(child, child.pid);
  return child;
}

function track(child: ChildProcess, pid: number): void {
  if (children.size === 0) process.once('exit', killAll);
  children.add(child);
  tellWatchdog(`+ ${pid} ${temporaryRoot()}`);
  child.once('exit', () => {
    children.delete(child);
    tellWatchdog(`- ${pid}`);
    if (children.size === 0) process.removeListener('exit', killAll);
  });
}

// One watchdog serves all children of the process, because starting a shell takes half as long as starting a Redis.
function tellWatchdog(line: string): void {
  watchdog ??= startWatchdog();
  watchdog.stdin?.write(`${line}\n`);
}

function killAll(): void {
  for (const child of children) child.kill('SIGKILL');
}

const watchdogScript = `
trap '' INT TERM HUP
pids=' '
while read -r sign pid folder; do
  case $sign in
    +) pids="$pids$pid " root=$folder ;;
    -) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
[ "$pids" = ' ' ] && exit 0
kill -KILL $pids 2>/dev/null
rm -rf -- "$root"
`;

function startWatchdog(): ChildProcess {
  const shell = spawn('/bin/sh', ['-c', watchdogScript, 'watchdog'], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  });
  const forget = (): void => {
    if (watchdog === shell) watchdog = undefined;
  };
  shell.on('error', forget);
  shell.on('exit', forget);
  shell.stdin.on('error', () => undefined);
  shell.unref();
  (shell.stdin as typeof shell.stdin & { unref(): void }).unref();
  return shell;
}
