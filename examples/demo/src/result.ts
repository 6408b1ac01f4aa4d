import type { Act, Fault } from './plan.ts';
import type { ShopWatch } from './shop-watch.ts';
import { Tally } from './tally.ts';
import { milliseconds, renderTable, type Cell } from './text-table.ts';

/** How long Redis was really away. */
type AwayMs = Readonly<Record<Fault, number>>;

const allowedBackMs = 1000;
/** Share of the requests. Carts that were under way when Redis froze have an unknown outcome. */
const allowedTroubles = 0.02;

export function resultTable(shops: readonly ShopWatch[], away: AwayMs): string[] {
  const heads = ['', 'application', 'answered', 'refused', 'unknown', 'failed', 'p99', 'back after'];
  const acts: [Act, string][] = [
    ['there', 'Redis there'],
    ['killed', `killed ${seconds(away.killed)}`],
    ['frozen', `frozen ${seconds(away.frozen)}`],
  ];
  const rows = acts.flatMap(([act, title]) =>
    shops.map((shop, index) => [index === 0 ? title : '', ...cellsOf(shop, act)]),
  );
  return renderTable(heads, rows, [0, 1]);
}

/** The result in one sentence, from what was counted. */
export function resultSentence(shops: readonly ShopWatch[], away: AwayMs): string {
  const guarded = protectedOnes(shops);
  const plain = shops.filter(({ application }) => !application.isProtected);
  const ours = awayTally(guarded);
  const theirs = awayTally(plain);
  return (
    `In ${seconds(away.killed + away.frozen)} without Redis the ${guarded.length} protected shops answered ` +
    `${count(ours.answered)} of ${count(ours.total)} requests, refused ${count(ours.refused)} (503 with Retry-After), ` +
    `told of ${count(ours.unknown)} that they may have been carried out, failed ${count(ours.failed)}, and took carts again ${backAfter(guarded)} after Redis at the latest; the same shop ` +
    `on plain ioredis answered ${count(theirs.answered)} of ${count(theirs.total)}, failed ${count(theirs.failed)}, ` +
    `and needed ${backAfter(plain)}.`
  );
}

/** What the protected applications did not do as they should. */
export function misbehaviour(shops: readonly ShopWatch[]): string[] {
  return protectedOnes(shops).flatMap(({ application, traffic, backMs, noticed, silences }) => {
    const problems: string[] = [];
    const { failed, unknown, total, answered } = traffic.total();
    if (failed + unknown > total * allowedTroubles) {
      problems.push(`failed ${failed} of ${total} requests, and left ${unknown} with an unknown outcome`);
    }
    if (answered === 0) problems.push('answered nothing');
    for (const fault of ['killed', 'frozen'] as const) {
      const ms = backMs[fault];
      if (!noticed[fault]) problems.push(`did not say that Redis was away while it was ${fault}`);
      if (ms === undefined || ms > allowedBackMs)
        problems.push(`took ${milliseconds(ms)} to be back (${fault})`);
    }
    if (silences > 0) problems.push(`left ${silences} probes without an answer`);
    if (!application.look.isUp) problems.push(`says in the end that Redis is ${application.look.redis}`);
    return problems.map((problem) => `${application.name} ${problem}.`);
  });
}

function cellsOf({ application, traffic, backMs }: ShopWatch, act: Act): Cell[] {
  const { answered, refused, unknown, failed, p99Ms } = traffic.tallyOf(act);
  return [
    application.name,
    String(answered),
    String(refused),
    { text: String(unknown), colour: unknown > 0 ? 'yellow' : undefined },
    { text: String(failed), colour: failed > 0 ? 'red' : undefined },
    milliseconds(p99Ms),
    act === 'there' ? '' : milliseconds(backMs[act]),
  ];
}

function protectedOnes(shops: readonly ShopWatch[]): readonly ShopWatch[] {
  return shops.filter(({ application }) => application.isProtected);
}

function awayTally(shops: readonly ShopWatch[]): Tally {
  const sum = new Tally();
  for (const { traffic } of shops) sum.merge(traffic.tallyOf('killed')).merge(traffic.tallyOf('frozen'));
  return sum;
}

function backAfter(shops: readonly ShopWatch[]): string {
  const times = shops.flatMap(({ backMs }) => [backMs.killed ?? Infinity, backMs.frozen ?? Infinity]);
  const longest = Math.max(...times);
  return Number.isFinite(longest) ? milliseconds(longest) : 'more than 15 s';
}

function count(value: number): string {
  return value.toLocaleString('en');
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
