import { setTimeout as delay } from 'node:timers/promises';
import { startRedis } from '@redis-resilience/testing';
import { Application, type Cast } from './application.ts';
import { readPlan, secondsOf, type Act, type Fault } from './plan.ts';
import { misbehaviour, resultSentence, resultTable } from './result.ts';
import { Screen } from './screen.ts';
import { ShopWatch } from './shop-watch.ts';

// Three protected shops and an unprotected one, each on its own connection to one real Redis. Redis is killed, started
// again, frozen and thawed, while visitors go on asking. Ends with 0 when the protected shops behaved.

const casts: readonly Cast[] = [
  { name: 'Express', example: 'example-express', isProtected: true },
  { name: 'Koa', example: 'example-koa', isProtected: true },
  { name: 'Nest', example: 'example-nestjs', isProtected: true },
  { name: 'plain ioredis', example: 'example-express-plain-ioredis', isProtected: false },
];

const plan = readPlan(process.argv.slice(2));
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stopping.abort());

console.log('Starting Redis and the applications.');
const redis = await startRedis();
const screen = new Screen(secondsOf(plan));
const awayMs: Record<Fault, number> = { killed: 0, frozen: 0 };
let shops: readonly ShopWatch[] = [];

try {
  const applications = await Promise.all(casts.map((cast) => Application.start(cast, redis.url)));
  shops = applications.map((application) => new ShopWatch(application, plan.rate));
  showPages(applications);
  await perform();
  await sendVisitorsHome();
  process.exitCode = report();
} catch (error) {
  process.exitCode = stopping.signal.aborted ? 130 : 1;
  if (!stopping.signal.aborted) console.error(error);
} finally {
  stopping.abort();
  await sendVisitorsHome();
  await Promise.all(shops.map(({ application }) => application.stop()));
  await redis.stop();
}
process.exit(); // whatever is left ends with this process

function showPages(applications: readonly Application[]): void {
  console.log('\nThe outages as they happen, in a browser:');
  for (const { name, origin, isProtected } of applications) {
    if (isProtected) console.log(`  ${name.padEnd(8)} ${origin}/redis-status`);
  }
  console.log('');
}

async function perform(): Promise<void> {
  for (const shop of shops) void keepLooking(shop);
  for (const { traffic } of shops) traffic.start();
  await play('there', plan.steady);

  await redis.kill();
  await endure('killed', () => redis.start());

  await redis.freeze();
  await endure('frozen', () => {
    redis.thaw();
    return redis.waitUntilAnswering();
  });
}

async function sendVisitorsHome(): Promise<void> {
  await Promise.all(shops.map(({ traffic }) => traffic.stop()));
}

async function endure(fault: Fault, mend: () => Promise<void>): Promise<void> {
  const since = performance.now();
  await play(fault, plan[fault]);
  await mend();
  awayMs[fault] = performance.now() - since;
  const returns = shops.map((shop) => shop.timeReturn(fault));
  await play('there', plan.back);
  await Promise.all(returns);
}

async function play(act: Act, seconds: number): Promise<void> {
  for (const shop of shops) shop.enter(act);
  for (let second = 0; second < seconds; second++) {
    await delay(1000, undefined, { signal: stopping.signal });
    for (const { application } of shops) application.assertRunning();
    screen.show(act, shops);
  }
}

async function keepLooking(shop: ShopWatch): Promise<void> {
  while (!stopping.signal.aborted) {
    await shop.look();
    await delay(250);
  }
}

/** Prints what was found and returns the exit code. */
function report(): number {
  console.log(`\n${resultTable(shops, awayMs).join('\n')}\n\n${resultSentence(shops, awayMs)}`);
  const problems = misbehaviour(shops);
  if (problems.length > 0) console.log(`\nNot as it should be:\n${problems.join('\n')}`);
  return problems.length > 0 ? 1 : 0;
}
