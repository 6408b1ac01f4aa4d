import { expect, it } from 'vitest';
import { allWorlds, requestIn, type Request } from '../bench/record/arguments.ts';
import type { Figures, Outcome } from '../bench/record/check/figures.ts';
import { unanswered } from '../bench/record/report/unanswered.ts';
import type { Run } from '../bench/record/run-world.ts';

const [client] = (requestIn(['--clients', 'ours']) as Request).clients;
const [world] = allWorlds;

function run(outcome: Outcome): Run {
  return { world: world!, client: client!, seed: 1, outcome };
}

function recorded(answered: number): Run {
  return run({ kind: 'recorded', figures: { operations: 10, answered } as Figures });
}

const refused = run({ kind: 'refused', reason: 'it has no Sentinel' });
const absent = run({ kind: 'broken', reason: 'it never had an answer' });

it('a record in which every client had answers, or was refused, can be written', () => {
  expect(unanswered([recorded(1), refused])).toBeUndefined();
});

it.each([
  ['without an answer', recorded(0), `${client!.label} in "${world!.label}".`],
  ['that did not come about', absent, `${client!.label} in "${world!.label}": it never had an answer.`],
])('one line names a run %s', (_, missing, text) => {
  const line = unanswered([recorded(7), missing]);
  expect(line).toContain(text);
  expect(line?.split('\n')).toHaveLength(1);
});
