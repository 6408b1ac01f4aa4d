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
  if (children.size === 0) {
    watchdog = startWatchdog();
    process.once('exit', killAll);
  }
  children.add(child);
  watchdog?.stdin?.write(`+ ${pid}\n`);
  child.once('exit', () => {
    children.delete(child);
    watchdog?.stdin?.write(`- ${pid}\n`);
    if (children.size > 0) return;
    watchdog?.stdin?.end('done\n');
    process.removeListener('exit', killAll);
  });
}

function killAll(): void {
  for (const child of children) child.kill('SIGKILL');
}

const watchdogScript = `
trap '' INT TERM HUP
pids=' '
while read -r sign pid; do
  case $sign in
    +) pids="$pids$pid " ;;
    -) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
    done) exit 0 ;;
  esac
done
kill -KILL $pids 2>/dev/null
rm -rf -- "$1"
`;

function startWatchdog(): ChildProcess {
  const shell = spawn('/bin/sh', ['-c', watchdogScript, 'watchdog', temporaryRoot()], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  });
  shell.on('error', () => undefined);
  shell.stdin.on('error', () => undefined);
  shell.unref();
  (shell.stdin as typeof shell.stdin & { unref(): void }).unref();
  return shell;
}
