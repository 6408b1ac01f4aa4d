import { notANumber, ok, sumOf, wrongType, type KeyCommand, type Step, type Value } from './value.ts';

export const hashCommands: Readonly<Record<string, KeyCommand>> = {
  hget: (value, [field = '']) => onHash(value, (fields) => ({ reply: fields.get(field) ?? null, value })),
  hmget: (value, names) =>
    onHash(value, (fields) => ({ reply: names.map((name) => fields.get(name) ?? null), value })),
  hgetall: (value) => onHash(value, (fields) => ({ reply: { fields: [...fields].flat() }, value })),
  hlen: (value) => onHash(value, (fields) => ({ reply: String(fields.size), value })),
  hexists: (value, [field = '']) =>
    onHash(value, (fields) => ({ reply: fields.has(field) ? '1' : '0', value })),
  hset: (value, pairs) => onHash(value, (fields) => put(fields, pairs)),
  hmset: (value, pairs) => onHash(value, (fields) => ({ reply: ok, value: put(fields, pairs).value })),
  hsetnx: (value, [field = '', text = '']) =>
    onHash(value, (fields) => (fields.has(field) ? { reply: '0', value } : put(fields, [field, text]))),
  hincrby: (value, [field = '', by = '']) =>
    onHash(value, (fields) => {
      const sum = sumOf(fields.get(field) ?? '0', by);
      return sum === undefined
        ? { reply: notANumber, value }
        : { reply: sum, value: put(fields, [field, sum]).value };
    }),
  hdel: (value, names) =>
    onHash(value, (fields) => {
      const kept = new Map([...fields].filter(([name]) => !names.includes(name)));
      return { reply: String(fields.size - kept.size), value: kept.size === 0 ? undefined : kept };
    }),
};

function onHash(value: Value | undefined, act: (fields: ReadonlyMap<string, string>) => Step): Step {
  if (value === undefined) return act(new Map());
  return value instanceof Map ? act(value) : { reply: wrongType, value };
}

function put(fields: ReadonlyMap<string, string>, pairs: readonly string[]): Step {
  const next = new Map(fields);
  for (let index = 0; index + 1 < pairs.length; index += 2) {
    next.set(pairs[index] as string, pairs[index + 1] as string);
  }
  return { reply: String(next.size - fields.size), value: next };
}
