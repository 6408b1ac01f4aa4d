import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.js';

const usage = `Attacks the packages with replies, arguments, options, URLs, requests and keys that nobody should send. Seeded and bounded.

  npm run fuzz -- [--seed 1] [--minutes 1]`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(usage);
else {
  const endsAt = performance.now() + Number(values.minutes) * 60_000;
  const { cases, findings } = await fuzz(Number(values.seed), () => performance.now() >= endsAt);
  for (const [part, count] of Object.entries(cases)) console.log(`${part}: ${count} cases`);
  for (const { part, seed, error } of findings)
    console.log(`FINDING in ${part}, --seed ${seed}: ${error.stack}`);
  console.log(findings.length === 0 ? 'No finding.' : `${findings.length} findings.`);
  process.exitCode = findings.length === 0 ? 0 : 1;
}
