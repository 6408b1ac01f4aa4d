import type { EventEmitter } from 'node:events';
import type { NodeRedisModule, Protocol } from './node-redis-module.ts';

/**
 * Options of a single call. The options of a call come from the option `commandOptions` of the client, or from
 * `withTypeMapping` and `withCommandOptions`. As in node-redis, the values 0 and null mean that an option is not set.
 */
export interface CommandOptions {
  readonly typeMapping?: Readonly<Record<number, unknown>> | undefined;
  readonly timeout?: number | null | undefined;
  readonly abortSignal?: AbortSignal | null | undefined;
}

export type Argument = string | Buffer;

/**
 * Converts a decoded reply into the result of a typed command. Each typed command of node-redis has such a conversion.
 */
export type TransformReply = (reply: unknown, preserve: unknown, mapping: unknown) => unknown;

/** The object of node-redis that collects the arguments of a typed command before the command is sent. */
export interface Parser {
  readonly redisArgs: readonly [string, ...Argument[]];
  readonly preserve: unknown;
}

/**
 * The internals of a node-redis 5 or 6 client that this package uses. A contract test checks that these internals
 * exist.
 */
export interface BaseClient extends EventEmitter {
  readonly options: object;
  /** The client itself. On an object that `withTypeMapping` returned, this is the client whose method was called. */
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

/** The class that node-redis generates for a set of modules, functions, scripts and a protocol. */
export type BaseClass = new (options: object) => BaseClient;

/** The options of a client that decide which commands its class has. */
export interface ClassConfig {
  readonly modules?: object | undefined;
  readonly functions?: object | undefined;
  readonly scripts?: object | undefined;
  readonly RESP: Protocol;
}

const made = new WeakMap<NodeRedisModule['createClient'], { config: ClassConfig; Base: BaseClass }[]>();

/**
 * Returns the class that `createClient` instantiates for this configuration. Calling this function opens no connection.
 */
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
  // The prototype of the object that `createClient` returns is the instance, whose own prototype is that of the class.
  return Object.getPrototypeOf(Object.getPrototypeOf(sample)).constructor as BaseClass;
}

function isSame(one: ClassConfig, other: ClassConfig): boolean {
  return (['modules', 'functions', 'scripts', 'RESP'] as const).every((name) => one[name] === other[name]);
}

/** Turns off maintenance notifications, because they would make node-redis open a socket of its own. */
export const withoutMaintenance = { maintNotifications: 'disabled' } as const;
