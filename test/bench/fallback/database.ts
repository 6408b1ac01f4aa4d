import { setTimeout as delay } from 'node:timers/promises';

/** A database whose loads take 50 ms; it refuses a load while `capacity` loads are running. */
export class Database {
  readonly capacity: number;
  loads = 0;
  refused = 0;
  most = 0;
  #running = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  async product(id: number): Promise<{ readonly id: number; readonly name: string }> {
    this.most = Math.max(this.most, this.#running + 1);
    if (this.#running >= this.capacity) {
      this.refused++;
      throw new Error('The database refuses: too many loads at once.');
    }
    this.#running++;
    this.loads++;
    await delay(50);
    this.#running--;
    return { id, name: `Product ${id}` };
  }
}
