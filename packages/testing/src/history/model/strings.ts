import { UnmodelledCommandError } from './unmodelled-command-error.ts';
import { notANumber, ok, sumOf, wrongType, type KeyCommand, type Step, type Value } from './value.ts';

export const stringCommands: Readonly<Record<string, KeyCommand>> = {
  get: (value) => onText(value, (text) => ({ reply: text ?? null, value })),
  strlen: (value) => onText(value, (text) => ({ reply: String(Buffer.byteLength(text ?? '')), value })),
  set,
  setnx: (value, [text = '']) => (value === undefined ? { reply: '1', value: text } : { reply: '0', value }),
  getset: (value, [text = '']) => onText(value, (old) => ({ reply: old ?? null, value: text })),
  getdel: (value) => onText(value, (old) => ({ reply: old ?? null, value: undefined })),
  append: (value, [more = '']) =>
    onText(value, (text = '') => ({ reply: String(Buffer.byteLength(text + more)), value: text + more })),
  incr: (value) => add(value, '1'),
  decr: (value) => add(value, '-1'),
  incrby: (value, [by = '']) => add(value, by),
  decrby: (value, [by = '']) => add(value, by.startsWith('-') ? by.slice(1) : `-${by}`),
};

function set(value: Value | undefined, [text = '', ...words]: readonly string[]): Step {
  const options = new Set(words.map((word) => word.toLowerCase()));
  for (const option of options) {
    if (!/^(nx|xx|get|keepttl)$/.test(option)) throw new UnmodelledCommandError(`set ... ${option}`);
  }
  const isSet = !(options.has('nx') && value !== undefined) && !(options.has('xx') && value === undefined);
  const next = isSet ? text : value;
  if (options.has('get')) return onText(value, (old) => ({ reply: old ?? null, value: next }));
  return { reply: isSet ? ok : null, value: next };
}

function add(value: Value | undefined, by: string): Step {
  return onText(value, (text) => {
    const sum = sumOf(text ?? '0', by);
    return sum === undefined ? { reply: notANumber, value } : { reply: sum, value: sum };
  });
}

function onText(value: Value | undefined, act: (text: string | undefined) => Step): Step {
  if (value === undefined || typeof value === 'string') return act(value);
  return { reply: wrongType, value };
}
