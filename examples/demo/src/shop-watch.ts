import type { Application } from './application.ts';
import type { Act, Fault } from './plan.ts';
import { Traffic } from './traffic.ts';

/** One application, its visitors, and what was found out about it. */
export class ShopWatch {
  readonly application: Application;
  readonly traffic: Traffic;
  /** Whether it said, at some time during the fault, that Redis is away. */
  readonly noticed: Record<Fault, boolean> = { killed: false, frozen: false };
  /** Milliseconds until it took a cart again, after Redis answered again. */
  readonly backMs: Record<Fault, number | undefined> = { killed: undefined, frozen: undefined };
  /** How often `/livez` or `/readyz` was not answered. */
  silences = 0;
  #act: Act = 'there';

  constructor(application: Application, ratePerSecond: number) {
    this.application = application;
    this.traffic = new Traffic(application.origin, ratePerSecond);
  }

  enter(act: Act): void {
    this.#act = act;
    this.traffic.enter(act);
  }

  /** Asks the application how it is, and keeps what it says. */
  async look(): Promise<void> {
    const act = this.#act;
    await this.application.lookAgain();
    const { isAlive, isUp, readiness } = this.application.look;
    if (act !== 'there' && act === this.#act && !isUp) this.noticed[act] = true;
    if (!isAlive || readiness === 'no answer') this.silences += 1;
  }

  /** To be called when Redis answers again. */
  async timeReturn(fault: Fault): Promise<void> {
    this.backMs[fault] = await this.application.untilItTakesCarts();
  }
}
