import { Command, Pipeline } from 'ioredis';

type Tables = Readonly<Record<string, object>> | undefined;

interface DriverCommands {
  getFlagMap?(): Tables;
  readonly ['_transformer']?: Tables;
  readonly prototype: { ['_iterateKeys']?: IterateKeys };
}

type IterateKeys = (this: { readonly resolve?: unknown; keys?: unknown[] }, transform?: unknown) => unknown[];

interface DriverPipeline {
  replyPending: number;
  readonly ['_queue']: readonly { readonly resolve?: unknown }[];
  readonly ['_result']: readonly unknown[];
  fillResult(value: unknown, position: number): void;
  exec: (this: DriverPipeline, ...args: unknown[]) => unknown;
}

let isMended = false;

/**
 * Mends how ioredis makes commands from what may come from a request: names of inherited properties, and arguments that
 * cannot become a string. Applies to the whole process.
 */
export function mendCommands(): void {
  if (isMended) return;
  isMended = true;
  const commands = Command as unknown as DriverCommands;
  ignoreInheritedNames(commands);
  keepBrokenCommandsQuiet(commands);
  countBrokenCommands(Pipeline.prototype as unknown as DriverPipeline);
}

/**
 * Makes ioredis know no command that has the name of an inherited property. Its tables are plain objects: without this,
 * it would take a command named `constructor` for QUIT, and never connect again once its connection is lost.
 */
function ignoreInheritedNames(commands: DriverCommands): void {
  const tables = [commands.getFlagMap?.(), commands['_transformer']];
  for (const table of tables.flatMap((each) => Object.values(each ?? {}))) Object.setPrototypeOf(table, null);
}

/**
 * The promise of a command whose arguments could not be converted is already rejected, and the command has no
 * `resolve`. With a key prefix, ioredis would then throw while it creates the command, so that no caller gets that
 * promise, and the process ends with an unhandled rejection.
 */
function keepBrokenCommandsQuiet({ prototype }: DriverCommands): void {
  const iterate = prototype['_iterateKeys'];
  if (iterate === undefined) return;
  prototype['_iterateKeys'] = function iterateKeys(transform) {
    return this.resolve === undefined ? (this.keys ??= []) : iterate.call(this, transform);
  };
}

/**
 * ioredis begins to count the results of a pipeline when it is executed. That of a broken command arrives before, unless
 * `exec()` is called in the same turn on a connection that is ready, and the pipeline would wait for it forever.
 */
function countBrokenCommands(pipeline: DriverPipeline): void {
  const { exec } = pipeline;
  pipeline.exec = function execAll(...args) {
    const early = [...this['_queue'].keys()].filter(
      (index) => this['_queue'][index]?.resolve === undefined && this['_result'][index] !== undefined,
    );
    // EXEC gets whatever is passed here, also an argument that is undefined.
    const replies = exec.apply(this, args);
    if (early.length > 0 && this.replyPending === this['_queue'].length) {
      queueMicrotask(() => {
        for (const index of early) this.fillResult(this['_result'][index], index);
      });
    }
    return replies;
  };
}
