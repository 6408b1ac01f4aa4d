import type { Redis } from 'ioredis';
import type { SimulatedServer } from '../server/simulated-server.ts';
import type { SimulatedTime } from '../time/simulated-time.ts';
import type { Findings } from '../watch/findings.ts';

const everyMs = 200;
const arrivesWithinMs = 100;

/** A subscription, and the messages that the server sends to it. */
export class Subscriber {
  readonly #time: SimulatedTime;
  readonly #server: () => SimulatedServer;
  readonly #findings: Findings;
  readonly #arrived = new Map<string, number>();
  #lastMessage = 0;
  #isOn = true;

  /** `server` returns the server that should receive calls now. */
  constructor(client: Redis, server: () => SimulatedServer, time: SimulatedTime, findings: Findings) {
    this.#time = time;
    this.#server = server;
    this.#findings = findings;
    client.on('message', (_channel: string, message: string) => this.#onMessage(message));
    client
      .subscribe('news')
      .catch((error: unknown) => findings.add('messages', `subscribe failed: ${String(error)}`));
    this.#next();
  }

  stop(): void {
    this.#isOn = false;
  }

  /** Sends a message that must arrive exactly once, because there is no fault. */
  expectMessage(): void {
    const message = this.#publish('expected');
    this.#time.after(arrivesWithinMs, () => {
      const times = this.#arrived.get(message) ?? 0;
      if (times !== 1)
        this.#findings.add('messages', `${message} arrived ${times} times although all is well`);
    });
  }

  #next(): void {
    if (!this.#isOn) return;
    this.#time.after(everyMs, () => {
      if (this.#server().isRunning) this.#publish('message');
      this.#next();
    });
  }

  #publish(kind: string): string {
    const message = `${kind} ${++this.#lastMessage}`;
    this.#server().publish('news', message);
    return message;
  }

  #onMessage(message: string): void {
    const times = (this.#arrived.get(message) ?? 0) + 1;
    this.#arrived.set(message, times);
    this.#findings.note(message);
    if (times > 1) this.#findings.add('messages', `${message} arrived ${times} times`);
  }
}
