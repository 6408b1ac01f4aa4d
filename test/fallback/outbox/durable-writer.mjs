// Adds writes to a durable outbox and notes in a file what it tried and what was acknowledged, so that a process
// that is killed in the middle and started again goes on where it was. Even writes have an id of their own and are
// added again when their acknowledgement is missing; odd ones are never added twice.
import { appendFileSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { createRedisResilience } from '@redis-resilience/core';
import { createOutbox } from '@redis-resilience/fallback/outbox';

const [url, path, notes, total, perSecond] = process.argv.slice(2);
if (!existsSync(notes)) appendFileSync(notes, '');
const known = new Set(readFileSync(notes, 'utf8').split('\n'));
const file = openSync(notes, 'a');
const note = (line) => {
  known.add(line);
  writeSync(file, `${line}\n`);
};

const resilience = createRedisResilience(url);
const outbox = createOutbox(resilience, { path, replayPerSecond: Number(perSecond), rampMs: 0 });
await outbox.ready();
process.send('ready');

let next = 0;
async function addMany() {
  while (next < Number(total)) {
    const i = next++;
    const isOwn = i % 2 === 0;
    if (known.has(`done ${i}`) || (!isOwn && known.has(`tried ${i}`))) continue;
    note(`tried ${i}`);
    await outbox.add('incr', [`n:${i}`], isOwn ? { id: `write-${i}` } : {});
    note(`done ${i}`);
    await delay(1);
  }
}
await Promise.all(Array.from({ length: 8 }, addMany));
process.send('added');
await outbox.drain();
await outbox.close();
await resilience.close();
process.send('drained', () => process.exit(0));
