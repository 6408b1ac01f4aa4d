import type { SimulatedNetwork } from './network/simulated-network.ts';
import type { SimulatedServer } from './server/simulated-server.ts';
import type { Shape, Site } from './site/site.ts';
import type { SimulatedTime } from './time/simulated-time.ts';

/** What faults break. */
export interface Breakable {
  readonly time: SimulatedTime;
  readonly network: SimulatedNetwork;
  /** The server on which the fault happens. */
  readonly server: SimulatedServer;
  readonly site: Site;
  /** The credentials that the client uses; a fault may change the password. */
  readonly login: { password: string };
}

/** Starts a fault; the returned function ends it. */
type Fault = (world: Breakable, amount: number) => () => void;

const faults = {
  kill({ server }) {
    server.stop();
    return () => server.start();
  },
  'kill-and-load'({ server, time }, amount) {
    server.stop();
    return () => {
      server.mood = 'loading';
      server.start();
      time.after(100 + amount * 2_000, () => (server.mood = 'serves'));
    };
  },
  freeze({ server }) {
    server.freeze();
    return () => server.thaw();
  },
  reset({ network }) {
    network.resetAll();
    return nothing;
  },
  'reset-again-and-again'({ network, time }, amount) {
    let isOn = true;
    const next = (): void => {
      if (!isOn) return;
      network.resetAll();
      time.after(50 + amount * 400, next);
    };
    next();
    return () => (isOn = false);
  },
  'cut-to-server'({ network }, amount) {
    network.cutAfter('to-server', Math.floor(amount * 400));
    return nothing;
  },
  'cut-to-client'({ network }, amount) {
    network.cutAfter('to-client', Math.floor(amount * 100));
    return nothing;
  },
  'cut-each'({ network }, amount) {
    network.resetAll();
    network.cutsNew = {
      direction: amount < 0.5 ? 'to-server' : 'to-client',
      bytes: Math.floor((amount % 0.5) * 1_600),
    };
    return () => (network.cutsNew = undefined);
  },
  'drop-standing'({ network }) {
    network.dropStanding(['to-server', 'to-client']);
    return nothing;
  },
  'drop-to-client'({ network }) {
    network.dropStanding(['to-client']);
    return nothing;
  },
  'hold-standing': ({ network }) => network.holdStanding(['to-server', 'to-client']),
  partition: ({ network }) => network.block(['to-server', 'to-client']),
  'partition-to-server': ({ network }) => network.block(['to-server']),
  'partition-to-client': ({ network }) => network.block(['to-client']),
  latency({ network }, amount) {
    const before = network.weather.latencyMs;
    network.weather.latencyMs = amount * 150;
    network.weather.jitterMs = amount * 50;
    return () => {
      network.weather.latencyMs = Math.min(before, 0.3);
      network.weather.jitterMs = 0.2;
    };
  },
  loss({ network }, amount) {
    network.weather.loss = 0.02 + amount * 0.2;
    return () => (network.weather.loss = 0);
  },
  refuse({ server, network }, amount) {
    server.refuse();
    if (amount > 0.5) network.resetAll();
    return () => server.listen();
  },
  'max-clients'({ server, network }) {
    server.maxClients = 0;
    network.resetAll();
    return () => (server.maxClients = Infinity);
  },
  slow({ server }, amount) {
    server.slowMs = 20 + amount * 1_400;
    return () => (server.slowMs = 0);
  },
  trickle({ server }, amount) {
    server.trickleBytes = 1 + Math.floor(amount * 4);
    return () => (server.trickleBytes = undefined);
  },
  'pause-writes'({ server }) {
    server.holdWrites();
    return () => server.releaseWrites();
  },
  demote({ server }) {
    server.role = 'slave';
    return () => (server.role = 'master');
  },
  'out-of-memory'({ server }) {
    server.writeRefusal = 'out-of-memory';
    return () => (server.writeRefusal = undefined);
  },
  persistence({ server }) {
    server.writeRefusal = 'persistence';
    return () => (server.writeRefusal = undefined);
  },
  busy({ server }) {
    server.mood = 'busy';
    return () => (server.mood = 'serves');
  },
  'new-password'({ site, network, login }, amount) {
    const password = `password-${Math.floor(amount * 1e6)}`;
    for (const server of site.servers) server.password = password;
    network.resetAll();
    return () => (login.password = password);
  },
  failover({ site }) {
    site.failover?.();
    return nothing;
  },
  'kill-sentinel'({ site }, amount) {
    return site.stopSentinel?.(amount) ?? nothing;
  },
  'process-blocked'({ time }, amount) {
    time.standStill(50 + amount * 1_500, true);
    return nothing;
  },
  'process-frozen'({ time }, amount) {
    time.standStill(1_000 + amount * 5_000, false);
    return nothing;
  },
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultKind = keyof typeof faults;

const allKinds = Object.keys(faults) as readonly FaultKind[];
/** In a group with sentinels, `demote` is left out, because only the sentinels change roles there. */
const absent: Readonly<Record<Shape, readonly FaultKind[]>> = {
  single: ['failover', 'kill-sentinel'],
  sentinel: ['demote'],
  databases: ['failover', 'kill-sentinel'],
};

/** Returns the kinds of faults that are possible with this topology. */
export function faultKindsOf(shape: Shape): readonly FaultKind[] {
  return allKinds.filter((kind) => !absent[shape].includes(kind));
}

export function beginFault(kind: FaultKind, world: Breakable, amount: number): () => void {
  const fault: Fault = faults[kind];
  return fault(world, amount);
}

/** Returns for how many milliseconds the fault freezes or blocks the process itself. */
export function stoodStillMs(kind: FaultKind, amount: number): number {
  if (kind === 'process-blocked') return 50 + amount * 1_500;
  return kind === 'process-frozen' ? 1_000 + amount * 5_000 : 0;
}

function nothing(): void {
  // It is over at once.
}
