import { tracingChannel } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { Command, type Redis } from 'ioredis';
import type { CommandSink } from '../driver/command-sink.ts';
import type { DriverCommand, PipelineStream } from '../driver/driver-command.ts';
import { rejectThrown } from './commands/thrown-commands.ts';
import { internals, type Condition } from './internals.ts';

const commandChannel = tracingChannel('ioredis:command');
const { toWritable } = Command.prototype as unknown as Readonly<Record<string, unknown>>;
const driverLogs = /ioredis/.test(process.env['DEBUG'] ?? '') || process.env['DEBUG'] === '*';

/** Sends commands in the usual way. */
interface Sender {
  send(command: DriverCommand, stream?: PipelineStream): unknown;
}

/**
 * Whether plain commands of a client that no tracer wraps may be written with {@link writePlain}. False if every command
 * has to go through `sendCommand` because of ioredis' debug log or its option `himportFieldsets`.
 */
export function hasFastPath(client: Redis): boolean {
  if (driverLogs) return false;
  const fieldsets = internals(client).options['himportFieldsets'];
  return !Array.isArray(fieldsets) || fieldsets.length === 0;
}

/**
 * Writes a plain command to the socket and adds it to ioredis' queue of unanswered commands, without the other work of
 * `sendCommand`. (A plain command neither blocks nor subscribes, and does not change the state of its connection.)
 */
export function writePlain(client: Redis, driver: Sender, command: DriverCommand, sink: CommandSink): void {
  const target = internals(client);
  const condition = target.condition as Condition;
  // A socket that is being closed takes no more commands: ioredis queues them, in the order in which they are issued.
  const isOpen = target.stream?.writable === true;
  if (!isOpen || commandChannel.hasSubscribers || (condition.subscriber && condition.protocol !== 3)) {
    driver.send(command);
    return;
  }
  if (condition.protocol !== undefined) {
    command.protocol = condition.protocol;
    command.replyMapping = condition.replyMapping ?? 'legacy';
  }
  // A command whose class overrides `toWritable`, such as a raw command, must encode itself.
  const isUsual = command.toWritable === toWritable;
  if (!isUsual || !sink.writeCommand(command.name, command.args, command.call?.isBatch)) {
    try {
      sink.write(command.toWritable(target.stream as Socket));
    } catch (error) {
      rejectThrown(command, error, (replacement) => driver.send(replacement, streamAtOnce(client)));
      return;
    }
  }
  target.commandQueue.push({ command, stream: undefined, select: condition.select });
}

/**
 * Returns a replacement for a pipeline's stream, for pipelines whose commands are written as soon as they are issued,
 * some of them on the fast path. Returns undefined if a tracer must see the pipeline's own stream.
 */
export function streamAtOnce(client: Redis): PipelineStream | undefined {
  if (commandChannel.hasSubscribers) return undefined;
  const known = streams.get(client);
  if (known !== undefined) return known;
  const write = (chunk: string | Buffer): void => void internals(client).stream?.write(chunk);
  const stream = { isPipeline: true, destination: { redis: client }, write };
  streams.set(client, stream);
  return stream;
}

const streams = new WeakMap<Redis, PipelineStream>();
