import { createRandom } from '@redis-resilience/testing';
import type { Command, Operation, OperationResult, Reply } from '@redis-resilience/testing/history';
import { MemoryStore } from './memory-store.js';

export interface RandomHistoryOptions {
  readonly seed: number;
  readonly operations: number;
  readonly processes: number;
  readonly keys: number;
  /** Share of the operations that fail, from 0 to 1; half of them have an unknown outcome. */
  readonly failures: number;
}

interface Planned {
  readonly operation: Omit<Operation, 'result'>;
  readonly takesEffectAt: number | undefined;
  readonly outcome: 'unknown' | 'not-applied' | undefined;
}

/** Creates a history that a correct Redis with concurrent clients could produce. */
export function randomHistory(options: RandomHistoryOptions): readonly Operation[] {
  const random = createRandom(options.seed);
  const planned = plan(options, random);
  const store = new MemoryStore();
  const replies = new Map<Planned, Reply>();
  const effective = planned.filter(({ takesEffectAt }) => takesEffectAt !== undefined);
  for (const each of effective.toSorted((left, right) => effectOf(left) - effectOf(right))) {
    const { commands, isTransaction } = each.operation;
    const given = commands.map((command) => replyOf(store.run(command)));
    replies.set(each, isTransaction ? given : (given[0] ?? null));
  }
  return planned.map((each) => ({ ...each.operation, result: resultOf(each, replies.get(each) ?? null) }));
}

function plan(
  { operations, processes, keys, failures }: RandomHistoryOptions,
  random: () => number,
): readonly Planned[] {
  const freeAt = Array.from({ length: processes }, () => random() * 10);
  return Array.from({ length: operations }, (_, index): Planned => {
    const process = index % processes;
    const invokedAt = (freeAt[process] ?? 0) + random() * 5;
    const returnedAt = invokedAt + 0.1 + random() * 20;
    freeAt[process] = returnedAt + 0.01;
    const isTransaction = random() < 0.1;
    const key = Math.floor(random() * keys);
    const commands = Array.from({ length: isTransaction ? 2 : 1 }, () => randomCommand(key, index, random));
    const outcome = random() >= failures ? undefined : random() < 0.5 ? 'unknown' : 'not-applied';
    return {
      operation: { process: `p${process}`, commands, isTransaction, invokedAt, returnedAt },
      takesEffectAt: effectAt(outcome, invokedAt, returnedAt, random),
      outcome,
    };
  });
}

function effectAt(
  outcome: Planned['outcome'],
  invokedAt: number,
  returnedAt: number,
  random: () => number,
): number | undefined {
  const inTime = invokedAt + random() * (returnedAt - invokedAt);
  if (outcome === undefined) return inTime;
  if (outcome === 'not-applied' || random() < 0.4) return undefined;
  return random() < 0.5 ? inTime : returnedAt + random() * 200;
}

/** As in an application, each key always has the same type. */
function randomCommand(key: number, index: number, random: () => number): Command {
  const value = `v${index}`;
  const kinds: readonly (readonly Command[])[] = [
    [
      { name: 'set', args: [`text-${key}`, value] },
      { name: 'set', args: [`text-${key}`, value, 'nx'] },
      { name: 'get', args: [`text-${key}`] },
      { name: 'getset', args: [`text-${key}`, value] },
      { name: 'del', args: [`text-${key}`] },
    ],
    [
      { name: 'incrby', args: [`count-${key}`, String(1 + Math.floor(random() * 3))] },
      { name: 'get', args: [`count-${key}`] },
    ],
    [
      { name: 'hincrby', args: [`hash-${key}`, `field-${Math.floor(random() * 2)}`, '1'] },
      { name: 'hgetall', args: [`hash-${key}`] },
    ],
    [
      { name: 'rpush', args: [`list-${key}`, value] },
      { name: 'lpush', args: [`list-${key}`, value] },
      { name: 'lpop', args: [`list-${key}`] },
      { name: 'lrange', args: [`list-${key}`, '0', '-1'] },
    ],
    [
      { name: 'sadd', args: [`set-${key}`, `m${Math.floor(random() * 4)}`] },
      { name: 'srem', args: [`set-${key}`, `m${Math.floor(random() * 4)}`] },
      { name: 'smembers', args: [`set-${key}`] },
    ],
  ];
  const kind = kinds[key % kinds.length] ?? [];
  return kind[Math.floor(random() * kind.length)] as Command;
}

function resultOf({ outcome }: Planned, reply: Reply): OperationResult {
  return outcome === undefined ? { kind: 'answered', reply } : { kind: 'failed', outcome };
}

function effectOf({ takesEffectAt = 0 }: Planned): number {
  return takesEffectAt;
}

function replyOf(value: unknown): Reply {
  if (value === null) return null;
  if (Array.isArray(value)) return value.map(String);
  if (typeof value === 'object') return { fields: Object.entries(value).flat().map(String) };
  return typeof value === 'string' ? value : JSON.stringify(value);
}
