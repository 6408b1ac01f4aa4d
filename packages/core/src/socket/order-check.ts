import type { Driver } from '../driver/driver.ts';
import type { Settings } from '../options/settings.ts';
import type { Wire } from './wire.ts';

/**
 * Under load, `OrderCheck` sends PING after this many replies, but not before `atLeastMs` and not later than `atMostMs`
 * after its last PING.
 */
const everyReplies = 256;
const atLeastMs = 5;
const atMostMs = 100;

/**
 * Checks that each reply on a connection is matched to the right command. Replies carry no identifier: if one is lost
 * or added, every later caller silently gets the reply to another command. PING is therefore sent with a unique text,
 * which its reply must repeat. If the reply to PING does not repeat this text, no reply on this socket can be trusted.
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

  /** Whether the option `integrity` is `load` and a check is due after the replies read so far. */
  get isDue(): boolean {
    if (this.#settings.connection.integrity !== 'load') return false;
    const { replies, readAt } = this.#wire;
    const sinceMs = readAt - this.#checkedAt;
    const since = replies - this.#checkedReplies;
    // The number of replies since the last check is negative only on a new socket, on which the count of replies
    // restarts at zero.
    if (since < 0) this.#checkedReplies = 0;
    return since >= everyReplies ? sinceMs >= atLeastMs : sinceMs >= atMostMs && since > 0;
  }

  /** Sends PING, and checks its reply unless the option `integrity` is `off`. */
  ping(): void {
    if (this.#settings.connection.integrity === 'off') {
      this.#wire.ping(() => this.#driver.ping()).catch(ignore);
      return;
    }
    const { socket } = this.#wire;
    this.#checkedAt = this.#settings.clock.now();
    this.#checkedReplies = this.#wire.replies;
    const text = `order-${++this.#count}-${this.#settings.random().toString(36).slice(2, 10)}`;
    this.#wire
      .ping(() => this.#driver.ping(text))
      .then((answer) => {
        if (this.#wire.socket === socket && !isAnswer(answer, text)) this.#wire.distrust();
      }, ignore);
  }
}

// Returns whether `answer` is a correct reply to a PING with this text. Some proxies reply to PING themselves and
// ignore the text. In RESP2, the reply to PING is an array if the connection has subscriptions.
function isAnswer(answer: unknown, text: string): boolean {
  const [, listed] = Array.isArray(answer) ? (answer as readonly unknown[]) : [];
  return answer === text || answer === 'PONG' || listed === text;
}

function ignore(): void {
  // Nothing to do: if the PING gets no reply, `StallWatch` notices.
}
