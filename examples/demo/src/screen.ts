import type { Act } from './plan.ts';
import type { ShopWatch } from './shop-watch.ts';
import { milliseconds, paint, renderTable, type Cell, type Colour } from './text-table.ts';

const titles: Readonly<Record<Act, string>> = {
  there: 'Redis is there',
  killed: 'Redis is killed',
  frozen: 'Redis is frozen',
};

const legend = 'Per application: status answered/refused/unknown/failed, p99 of the last second, readiness.';

/** Shows how things are, once a second: a table that is drawn anew on a terminal, one line elsewhere. */
export class Screen {
  readonly #isTerminal = process.stdout.isTTY;
  readonly #seconds: number;
  #second = 0;
  #drawn = 0;

  constructor(seconds: number) {
    this.#seconds = seconds;
    if (!this.#isTerminal) console.log(legend);
  }

  /** To be called once a second. */
  show(act: Act, shops: readonly ShopWatch[]): void {
    this.#second += 1;
    if (this.#isTerminal) return this.#draw(act, shops);
    const moment = `${String(this.#second).padStart(2)} s ${act.padEnd(6)}`;
    console.log([moment, ...shops.map(lineOf)].join(' | '));
  }

  #draw(act: Act, shops: readonly ShopWatch[]): void {
    const title = { text: titles[act], colour: act === 'there' ? 'green' : 'red' } as const;
    const heads = ['application', 'status', 'answered', 'refused', 'unknown', 'failed', 'p99', 'readiness'];
    const lines = [
      '',
      `${paint(title)}   ${this.#second} of ${this.#seconds} s`,
      '',
      ...renderTable(heads, shops.map(rowOf), [0, 1, 7]),
    ];
    process.stdout.write(`${this.#drawn > 0 ? `\u001B[${this.#drawn}A\u001B[J` : ''}${lines.join('\n')}\n`);
    this.#drawn = lines.length;
  }
}

function rowOf({ application, traffic }: ShopWatch): Cell[] {
  const { redis, readiness } = application.look;
  const { answered, refused, unknown, failed } = traffic.total();
  const { p99Ms } = traffic.takeLastSecond();
  return [
    application.name,
    { text: redis, colour: colourOf(redis) },
    String(answered),
    { text: String(refused), colour: refused > 0 ? 'yellow' : undefined },
    { text: String(unknown), colour: unknown > 0 ? 'yellow' : undefined },
    { text: String(failed), colour: failed > 0 ? 'red' : undefined },
    { text: milliseconds(p99Ms), colour: (p99Ms ?? 0) > 1000 ? 'red' : undefined },
    { text: readiness, colour: colourOf(readiness) },
  ];
}

function lineOf({ application, traffic }: ShopWatch): string {
  const { redis, readiness } = application.look;
  const { answered, refused, unknown, failed } = traffic.total();
  const p99 = milliseconds(traffic.takeLastSecond().p99Ms);
  return `${application.name}: ${redis} ${answered}/${refused}/${unknown}/${failed} ${p99} ${readiness}`;
}

function colourOf(word: string): Colour {
  if (/^(up|ready|200 pass)$/.test(word)) return 'green';
  return /^(degraded|200 warn|connecting)$/.test(word) ? 'yellow' : 'red';
}
