import type { Clock } from '../../../packages/core/src/clock.ts';
import type { NodeDriver } from '../../../packages/core/src/driver/cluster-driver.ts';
import { FakeDriver } from './fake-driver.ts';
import type { FakeNetwork } from './fake-network.ts';
import { PlainConnector } from './plain-connector.ts';

/** The connection of a {@link FakeCluster} to one node; it connects only once. */
export class FakeNode extends FakeDriver implements NodeDriver {
  readonly address: string;
  readonly isReplica = false;

  constructor(clock: Clock, network: FakeNetwork, host: string, port: number) {
    super(clock, new PlainConnector(network.open, { host, port }), { host, port });
    this.address = `${host}:${port}`;
  }

  connectNow(): void {
    this.wake();
  }
}
