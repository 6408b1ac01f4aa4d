import type { Operation } from '@redis-resilience/testing/history';

/** Returns the unique tag that an HINCRBY or RPUSH outside a transaction stores; undefined for other operations. */
export function tagOf({ commands, isTransaction }: Operation): string | undefined {
  const [command] = commands;
  if (isTransaction || command === undefined || !/^(hincrby|rpush)$/.test(command.name)) return undefined;
  return command.args[1];
}

/** Counts how often each write is stored at the end, by its tag, in all databases together. */
export function storedTags(history: readonly Operation[]): ReadonlyMap<string, number> {
  const stored = new Map<string, number>();
  const add = (tag: string, times: number): void => {
    stored.set(tag, (stored.get(tag) ?? 0) + times);
  };
  for (const { process, commands, result } of history) {
    if (process !== 'observer' || result.kind !== 'answered') continue;
    const items = itemsOf(result.reply);
    if (commands[0]?.name === 'lrange') for (const tag of items) add(tag, 1);
    if (commands[0]?.name !== 'hgetall') continue;
    for (let index = 0; index < items.length; index += 2) add(items[index] ?? '', Number(items[index + 1]));
  }
  return stored;
}

type Answer = Extract<Operation['result'], { kind: 'answered' }>['reply'];

function itemsOf(reply: Answer): readonly string[] {
  if (reply === null || typeof reply === 'string' || 'error' in reply) return [];
  return 'fields' in reply ? reply.fields : reply.map(String);
}
