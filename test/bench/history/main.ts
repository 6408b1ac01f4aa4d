import { checkHistory } from '@redis-resilience/testing/history';
import { textTable } from '../report/text-table.js';
import { randomHistory } from './random-history.js';

// Measures how long it takes to check a history that a correct Redis could produce: 10,000 operations of 20
// processes on 100 keys.
const shape = { operations: 10_000, processes: 20, keys: 100 };
const rows = [0, 0.05, 0.1, 0.3].map((failures) => {
  const times = [1, 2, 3].map((seed) => {
    const history = randomHistory({ seed, ...shape, failures });
    const startedAt = performance.now();
    const { verdict } = checkHistory(history, { timeoutMs: 60_000 });
    return { verdict, ms: performance.now() - startedAt };
  });
  const verdicts = [...new Set(times.map(({ verdict }) => verdict))].join(', ');
  const [, median = 0] = times.map(({ ms }) => ms).toSorted((left, right) => left - right);
  return [`${failures * 100} %`, verdicts, `${Math.round(median)} ms`];
});
console.log('Checking 10,000 operations of 20 processes on 100 keys, median of 3 histories:\n');
console.log(textTable(['operations that failed', 'verdict', 'time'], rows));
