import type { Driver } from '../driver/driver.ts';
import type { Settings } from '../options/settings.ts';
import type { Wire } from './wire.ts';

/** Under load, the order is checked after this many replies, unless that was a moment ago; and at any rate after a while. */
const everyReplies = 256;
const atLeastMs = 5;
const atMostMs = 100;

/**
 * Checks that the answers of a connection belong to their questions. Replies carry no name: after one that was lost or
 * added, every caller gets the answer to another command, and nothing looks wrong. So PING carries a text of its own,
 * which has to come back in its answer.
 * Otherwise no answer on this socket can be trusted.
 */
export class OrderCheck {
  readonly #driver: Driver;
  readonly #wire: Wire;
  readonly #settings: Settings;
  #checkedAt = 0;
  #checkedReplies = 0;
  #count = 0;

  constructor(driver: Driver, wire: Wire, settings: Settings) {
    this.#driver = driver;
    this.#wire = wire;
    this.#settings = settings;
  }

  /** Whether the order is to be checked under load, after the replies that were read by now. */
  get isDue(): boolean {
    if (this.#settings.connection.integrity !== 'load') return false;
    const { replies, readAt } = this.#wire;
    const sinceMs = readAt - this.#checkedAt;
    const since = replies - this.#checkedReplies;
    // A new socket counts from zero.
    if (since < 0) this.#checkedReplies = 0;
    return since >= everyReplies ? sinceMs >= atLeastMs : sinceMs >= atMostMs && since > 0;
  }

  /** Sends PING, and checks its answer unless `integrity` is off. */
  ping(): void {
    if (this.#settings.connection.integrity === 'off') {
      this.#driver.ping().catch(ignore);
      return;
    }
    const { socket } = this.#wire;
    this.#checkedAt = this.#settings.clock.now();
    this.#checkedReplies = this.#wire.replies;
    const text = `order-${++this.#count}-${this.#settings.random().toString(36).slice(2, 10)}`;
    this.#driver.ping(text).then((answer) => {
      if (this.#wire.socket === socket && !isAnswer(answer, text)) this.#wire.distrust();
    }, ignore);
  }
}

// Some proxies answer a PING by themselves, and as if it had no text. With subscriptions in RESP2 the answer is a list.
function isAnswer(answer: unknown, text: string): boolean {
  const [, listed] = Array.isArray(answer) ? (answer as readonly unknown[]) : [];
  return answer === text || answer === 'PONG' || listed === text;
}

function ignore(): void {
  // The stall watch notices when the PING is not answered.
}
