import { Command } from 'ioredis';
import type { DriverCommand } from '../../../packages/core/src/driver/driver-command.ts';

/** Creates a command as ioredis does. */
export function commandOf(name: string, args: readonly string[]): DriverCommand {
  return new Command(name, [...args], { replyEncoding: 'utf8' }) as unknown as DriverCommand;
}
