import { readFileSync } from 'node:fs';
import { nearest } from '@redis-resilience/core/protocol';
import { exitCodes } from './exit-codes.ts';
import { UsageError } from './usage-error.ts';

type Command = (args: readonly string[]) => Promise<number>;

// A command loads its modules only when it runs, so that the doctor does not load those of the drill.
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  doctor: async () => (await import('./doctor/doctor-command.ts')).doctorCommand,
  drill: async () => (await import('./drill/drill-command.ts')).drillCommand,
  watch: async () => (await import('./watch/watch-command.ts')).watchCommand,
};

const usage = `Usage: redis-resilience <command> [options]

Commands:
  doctor [url]              why can't I reach Redis? Names the first broken step
  drill -- command [args]   what would happen if Redis went away? Rehearses outages
  watch [url...]            a live view of health endpoints, or of a Redis server

redis-resilience <command> --help lists the options of a command.
Exit codes: 0 well, 1 a finding is an error or a threshold was missed, 2 bad usage.`;

/** Runs one command and returns its exit code. Invalid arguments lead to exit code 2, not to an exception. */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(`${usage}\n`);
    return name === undefined ? exitCodes.usage : exitCodes.well;
  }
  if (name === '--version' || name === '-v' || name === '-V') {
    process.stdout.write(`${version()}\n`);
    return exitCodes.well;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  try {
    if (load === undefined) throw unknownCommand(name);
    const command = await load();
    return await command(rest);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`redis-resilience: ${error.message}\n`);
    return exitCodes.usage;
  }
}

function unknownCommand(name: string): UsageError {
  const meant = nearest(name, Object.keys(commands));
  const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
  return new UsageError(`There is no command '${name.slice(0, 40)}'.${hint} Try --help.`);
}

function version(): string {
  const file = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
