import type { OneCommand, Task } from '@redis-resilience/testing/history';

/**
 * Number of keys of each type that are in use at the same time; there are few, so that processes often use
 * the same key.
 */
const keysOfAType = 2;
/**
 * How long each key is in use, in milliseconds; this limits the number of operations on one key, so that the
 * check can finish.
 */
const ageMs = 4_000;

/** The keys and the client for which calls are made. */
export interface Place {
  readonly client: string;
  /** Milliseconds since the start of the run. */
  readonly atMs: number;
}

/** Returns a random call for a client process. Each write has a unique tag. */
export function randomTask(tag: string, place: Place, random: () => number): Task {
  const of = (type: string): string => keyInUse(type, place, random());
  const logOf = (type: string): string => lastingKey(type, place.client, Math.floor(random() * keysOfAType));
  const text = of('text');
  const count = of('count');
  const tasks: readonly (() => Task)[] = [
    () => ['set', text, valueOf(text, tag)],
    () => ['get', text],
    () => ['get', text],
    () => ['incr', count],
    () => ['incr', count],
    () => ['hincrby', logOf('tally'), tag, '1'],
    () => ['hincrby', logOf('tally'), tag, '1'],
    () => ['rpush', logOf('log'), tag],
    () => ['setnx', of('lock'), tag],
    () => ({ multi: [['incr', count] as OneCommand, ['get', count] as OneCommand] }),
  ];
  return (tasks[Math.floor(random() * tasks.length)] as () => Task)();
}

/** Returns a key that the client currently uses. */
export function keyInUse(type: string, { client, atMs }: Place, amount: number): string {
  return `${type}:${client}:${Math.floor(atMs / ageMs)}:${Math.floor(amount * keysOfAType)}`;
}

/** Returns a value that contains its key, so that a reply for another key is noticed. */
export function valueOf(key: string, tag: string): string {
  return `${key}/${tag}`;
}

/** The commands that read, at the end, which writes of a client are stored, and how often. */
export function lastLookAt(client: string): readonly OneCommand[] {
  return Array.from({ length: keysOfAType }, (_, index) => [
    ['hgetall', lastingKey('tally', client, index)] as const,
    ['lrange', lastingKey('log', client, index), '0', '-1'] as const,
  ]).flat();
}

function lastingKey(type: string, client: string, index: number): string {
  return `${type}:${client}:${index}`;
}
