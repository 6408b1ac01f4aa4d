import type { EventEmitter } from 'node:events';
import type { NodeRedisModule, Protocol } from './node-redis-module.ts';

/** What `withTypeMapping`, `withCommandOptions` and the option `commandOptions` set for a call. */
export interface CommandOptions {
  readonly typeMapping?: Readonly<Record<number, unknown>> | undefined;
  readonly timeout?: number | undefined;
  readonly abortSignal?: AbortSignal | undefined;
}

export type Argument = string | Buffer;

/** Makes the answer of a typed command from the decoded reply. */
export type TransformReply = (reply: unknown, preserve: unknown, mapping: unknown) => unknown;

/** What a typed command gathers before it is sent. */
export interface Parser {
  readonly redisArgs: readonly [string, ...Argument[]];
  readonly preserve: unknown;
}

/** The inside of a client of node-redis 5 and 6, as far as this package reaches; a contract test holds it. */
export interface BaseClient extends EventEmitter {
  readonly options: object;
  /** Itself, also seen from a view that `withTypeMapping` made. */
  _self: BaseClient;
  _commandOptions: CommandOptions | undefined;
  sendCommand(args: readonly Argument[], options?: CommandOptions): Promise<unknown>;
  _executeCommand(
    command: unknown,
    parser: Parser,
    options: CommandOptions | undefined,
    transform: TransformReply | undefined,
  ): Promise<unknown>;
}

/** The class that a module makes for a set of modules, functions, scripts and a protocol. */
export type BaseClass = new (options: object) => BaseClient;

/** What decides about the commands that a class has. */
export interface ClassConfig {
  readonly modules?: object | undefined;
  readonly functions?: object | undefined;
  readonly scripts?: object | undefined;
  readonly RESP: Protocol;
}

const made = new WeakMap<NodeRedisModule['createClient'], { config: ClassConfig; Base: BaseClass }[]>();

/** The class whose instances `createClient` returns for this configuration. Opens nothing. */
export function baseClassOf(module: NodeRedisModule, config: ClassConfig): BaseClass {
  const known = made.get(module.createClient) ?? [];
  const same = known.find((each) => isSame(each.config, config));
  if (same !== undefined) return same.Base;
  const Base = makeBase(module, config);
  made.set(module.createClient, [{ config, Base }, ...known].slice(0, 10));
  return Base;
}

function makeBase(module: NodeRedisModule, config: ClassConfig): BaseClass {
  const sample = module.createClient({ ...config, ...withoutMaintenance } as never);
  // What it returns is a view on the instance.
  return Object.getPrototypeOf(Object.getPrototypeOf(sample)).constructor as BaseClass;
}

function isSame(one: ClassConfig, other: ClassConfig): boolean {
  return (['modules', 'functions', 'scripts', 'RESP'] as const).every((name) => one[name] === other[name]);
}

/** Notices of maintenance would take the client to another socket. */
export const withoutMaintenance = { maintNotifications: 'disabled' } as const;
