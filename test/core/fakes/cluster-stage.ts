import { ClusterFlushes } from '../../../packages/core/src/cluster/cluster-flushes.ts';
import { ClusterTopology } from '../../../packages/core/src/cluster/cluster-topology.ts';
import type { TopologyNews } from '../../../packages/core/src/cluster/topology-news.ts';
import { NodeDialers } from '../../../packages/core/src/cluster/nodes/node-dialers.ts';
import { resolveSettings } from '../../../packages/core/src/options/settings.ts';
import { BackgroundClock } from './background-clock.ts';
import { ClusterMap } from './cluster-map.ts';
import { FakeCluster } from './fake-cluster.ts';
import { FakeNetwork } from './fake-network.ts';
import { FakeServer } from './fake-server.ts';
import { flushesOf } from './tracked-call.ts';

/**
 * A cluster of three servers with a fourth in reserve, a client of the cluster, and core's topology of it, all in
 * memory.
 */
export class ClusterStage {
  readonly clock = new BackgroundClock({ nowMs: 1_000 });
  readonly network = new FakeNetwork(this.clock.outside);
  readonly servers = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((host) => this.#serverAt(host));
  readonly reserve = this.#serverAt('10.0.0.4');
  readonly map = new ClusterMap(this.servers);
  readonly cluster = new FakeCluster(this.clock, this.network, this.servers);
  readonly settings = resolveSettings({ clock: this.clock, random: () => 0.5 });
  readonly dialers = new NodeDialers({
    clock: this.clock,
    random: () => 0.5,
    minPeriodMs: 100,
    maxPeriodMs: 5_000,
    handshakeTimeoutMs: 5_000,
  });
  readonly flushes = new ClusterFlushes(flushesOf(this.clock), this.clock);
  readonly news: TopologyNews[] = [];
  readonly topology = new ClusterTopology(
    this.cluster,
    {
      credentials: { source: undefined },
      open: this.network.open,
      settings: this.settings,
      dialers: this.dialers,
      flushes: flushesOf(this.clock),
      clusterFlushes: this.flushes,
      isAwaited: () => false,
    },
    (news) => this.news.push(news),
  );

  constructor() {
    this.cluster.takeOver(this.cluster.send, () => 100);
  }

  /** Creates a cluster whose client knows the owner of every slot and is connected to all of them. */
  static async ready(): Promise<ClusterStage> {
    const stage = new ClusterStage();
    stage.cluster.wake();
    await stage.travel(20);
    for (const node of stage.cluster.nodes()) node.connectNow();
    await stage.travel(5_000);
    if (stage.topology.nodes.readyCount !== 3) throw new Error('Not all nodes are ready.');
    stage.news.length = 0;
    return stage;
  }

  /** The kinds of the events so far. */
  get told(): string[] {
    return this.news.map(({ kind }) => kind);
  }

  async travel(ms: number): Promise<void> {
    await this.clock.travelAsync(ms);
  }

  /** Returns the server with this index. */
  server(index: number): FakeServer {
    return this.servers[index] as FakeServer;
  }

  #serverAt(host: string): FakeServer {
    return new FakeServer({ clock: this.clock.outside, network: this.network, host });
  }
}
