import { wrongType, type KeyCommand, type Step, type Value } from './value.ts';

export const setCommands: Readonly<Record<string, KeyCommand>> = {
  sadd: (value, added) => onSet(value, (members) => changed(members, new Set([...members, ...added]))),
  srem: (value, gone) =>
    onSet(value, (members) =>
      changed(members, new Set([...members].filter((member) => !gone.includes(member)))),
    ),
  scard: (value) => onSet(value, (members) => ({ reply: String(members.size), value })),
  sismember: (value, [member = '']) =>
    onSet(value, (members) => ({ reply: members.has(member) ? '1' : '0', value })),
  smembers: (value) => onSet(value, (members) => ({ reply: [...members], value })),
};

function onSet(value: Value | undefined, act: (members: ReadonlySet<string>) => Step): Step {
  if (value === undefined) return act(new Set());
  return value instanceof Set ? act(value) : { reply: wrongType, value };
}

function changed(before: ReadonlySet<string>, after: ReadonlySet<string>): Step {
  const count = Math.abs(after.size - before.size);
  return { reply: String(count), value: after.size === 0 ? undefined : after };
}
