import type { OneCommand, Task } from '@redis-resilience/testing/history';

/** So many keys of each type: few, so that processes meet on them. */
export const keysOfAType = 3;

/** A call that a client process issues. A write bears a tag that no other bears. */
export function randomTask(tag: string, random: () => number): Task {
  const of = (type: string): string => `${type}:${Math.floor(random() * keysOfAType)}`;
  const text = of('text');
  const count = of('count');
  const tasks: readonly (() => Task)[] = [
    () => ['set', text, valueOf(text, tag)],
    () => ['get', text],
    () => ['get', text],
    () => ['incr', count],
    () => ['incr', count],
    () => ['hincrby', of('tally'), tag, '1'],
    () => ['hincrby', of('tally'), tag, '1'],
    () => ['rpush', of('log'), tag],
    () => ['setnx', of('lock'), tag],
    () => ({ multi: [['incr', count] as OneCommand, ['get', count] as OneCommand] }),
  ];
  return (tasks[Math.floor(random() * tasks.length)] as () => Task)();
}

/** A value says to which key it belongs. */
export function valueOf(key: string, tag: string): string {
  return `${key}/${tag}`;
}

/** The commands that show at the end what is stored. */
export const lastLook: readonly OneCommand[] = Array.from({ length: keysOfAType }, (_, index) => [
  ['get', `text:${index}`] as const,
  ['get', `count:${index}`] as const,
  ['hgetall', `tally:${index}`] as const,
  ['lrange', `log:${index}`, '0', '-1'] as const,
  ['get', `lock:${index}`] as const,
]).flat();
