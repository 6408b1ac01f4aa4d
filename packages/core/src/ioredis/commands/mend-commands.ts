import { Command, Pipeline } from 'ioredis';
import { presentKeys, type KeyedCommand } from './present-keys.ts';
import { runSoon } from '../../event-loop/soon.ts';

type Tables = Readonly<Record<string, object>> | undefined;

interface DriverCommands {
  getFlagMap?(): Tables;
  readonly ['_transformer']?: Tables;
  readonly prototype: { ['_iterateKeys']?: IterateKeys };
  [mended]?: true;
}

interface MadeCommand extends KeyedCommand {
  resolve?: unknown;
  reject(error: unknown): void;
}

type IterateKeys = (this: MadeCommand, transform?: (key: unknown) => unknown) => unknown[];

interface DriverPipeline {
  replyPending: number;
  readonly ['_queue']: readonly { readonly resolve?: unknown }[];
  readonly ['_result']: readonly unknown[];
  readonly promise: Promise<unknown>;
  reject(error: unknown): void;
  fillResult(value: unknown, position: number): void;
  exec: (this: DriverPipeline, ...args: unknown[]) => unknown;
}

// All copies of this package in the process get the same symbol from `Symbol.for`, so only the first corrects ioredis.
const mended = Symbol.for('redis-resilience.mended');

/**
 * Corrects how ioredis creates commands from input that may come from a request: names of inherited properties, and
 * arguments that cannot be converted to a string. The correction applies to all ioredis clients of the process.
 */
export function mendCommands(): void {
  const commands = Command as unknown as DriverCommands;
  if (commands[mended]) return;
  commands[mended] = true;
  ignoreInheritedNames(commands);
  findPresentKeys(commands);
  countBrokenCommands(Pipeline.prototype as unknown as DriverPipeline);
}

/**
 * Keeps ioredis from mistaking the name of an inherited property for a known command. The tables of commands in ioredis
 * are plain objects, so ioredis would take a command named `constructor` for QUIT, and never connect again after losing
 * its connection.
 */
function ignoreInheritedNames(commands: DriverCommands): void {
  const tables = [commands.getFlagMap?.(), commands['_transformer']];
  for (const table of tables.flatMap((each) => Object.values(each ?? {}))) Object.setPrototypeOf(table, null);
}

/**
 * Keeps ioredis from throwing while it creates a command with a key prefix. If a command's arguments could not be
 * converted, its promise is already rejected, and the command has no `resolve`. If ioredis threw while it creates such
 * a command, no caller would get the rejected promise, and the process would end with an unhandled rejection. A command
 * is also rejected if adding the prefix to its keys fails.
 */
function findPresentKeys({ prototype }: DriverCommands): void {
  const iterate = prototype['_iterateKeys'];
  if (iterate === undefined) return;
  prototype['_iterateKeys'] = function iterateKeys(transform) {
    if (this.resolve === undefined) return (this.keys ??= []);
    if (this.keys !== undefined) return this.keys;
    try {
      return presentKeys(this, iterate, transform);
    } catch (error) {
      if (transform !== undefined) {
        this.reject(error);
        this.resolve = undefined;
      }
      return (this.keys = []);
    }
  };
}

/**
 * Makes a pipeline count the results of commands whose arguments could not be converted. ioredis begins to count when
 * `exec()` is called, but the result of such a command usually arrives before that, and the pipeline would wait for it
 * forever.
 */
function countBrokenCommands(pipeline: DriverPipeline): void {
  const { exec } = pipeline;
  pipeline.exec = function execAll(...args) {
    const early = earlyResultsOf(this);
    // ioredis passes everything in `args` to EXEC, even an undefined argument, so no argument may be added here.
    const replies = execQuietly(this, exec, args);
    if (early !== undefined && this.replyPending === this['_queue'].length) {
      runSoon(() => {
        for (const index of early) this.fillResult(this['_result'][index], index);
      });
    }
    return replies;
  };
}

/** Returns the positions of the broken commands that already have a result; undefined if there are none. */
function earlyResultsOf(pipeline: DriverPipeline): readonly number[] | undefined {
  const { _queue: queue, _result: results } = pipeline;
  let early: number[] | undefined;
  for (let index = 0; index < queue.length; index++) {
    if (queue[index]?.resolve === undefined && results[index] !== undefined) (early ??= []).push(index);
  }
  return early;
}

/**
 * Executes a pipeline, and turns an error that is thrown into a rejection. ioredis may execute a pipeline later, when a
 * Cluster is connected, and no caller could catch an error thrown then.
 */
function execQuietly(pipeline: DriverPipeline, exec: DriverPipeline['exec'], args: unknown[]): unknown {
  try {
    return exec.apply(pipeline, args);
  } catch (error) {
    pipeline.reject(error);
    return pipeline.promise;
  }
}
