import type { EventEmitter } from 'node:events';
import type { NodeRedisModule, Protocol } from './node-redis-module.ts';

/**
 * Options of a call, as set by `withTypeMapping`, `withCommandOptions` and the option `commandOptions`. As in
 * node-redis, 0 and null count as absent.
 */
export interface CommandOptions {
  readonly typeMapping?: Readonly<Record<number, unknown>> | undefined;
  readonly timeout?: number | null | undefined;
  readonly abortSignal?: AbortSignal | null | undefined;
}

export type Argument = string | Buffer;

/** Converts the decoded reply into the result of a typed command. */
export type TransformReply = (reply: unknown, preserve: unknown, mapping: unknown) => unknown;

/** The arguments that a typed command collects before it is sent. */
export interface Parser {
  readonly redisArgs: readonly [string, ...Argument[]];
  readonly preserve: unknown;
}

/** The internals of a node-redis 5 or 6 client, as far as this package uses them; a contract test checks them. */
export interface BaseClient extends EventEmitter {
  readonly options: object;
  /** The client itself, even when accessed from a view that `withTypeMapping` created. */
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

/** The configuration that decides which commands a class has. */
export interface ClassConfig {
  readonly modules?: object | undefined;
  readonly functions?: object | undefined;
  readonly scripts?: object | undefined;
  readonly RESP: Protocol;
}

const made = new WeakMap<NodeRedisModule['createClient'], { config: ClassConfig; Base: BaseClass }[]>();

/** Returns the class whose instances `createClient` returns for this configuration. Opens nothing. */
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
  // `createClient` returns a view whose prototype is the instance, so the class is two prototypes away.
  return Object.getPrototypeOf(Object.getPrototypeOf(sample)).constructor as BaseClass;
}

function isSame(one: ClassConfig, other: ClassConfig): boolean {
  return (['modules', 'functions', 'scripts', 'RESP'] as const).every((name) => one[name] === other[name]);
}

/** Maintenance notifications would move the client to another socket. */
export const withoutMaintenance = { maintNotifications: 'disabled' } as const;
