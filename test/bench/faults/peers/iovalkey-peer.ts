import type { Redis } from 'ioredis';
import { Cluster as IovalkeyCluster, Redis as Iovalkey } from 'iovalkey';
import { IoredisPeer } from './ioredis-peer.js';
import type { PeerKind, Target } from './peer.js';

/** iovalkey is a fork of ioredis with the same API. */
export const iovalkeyDefaults: PeerKind = {
  name: 'iovalkey',
  label: 'iovalkey',
  setup: 'iovalkey with its defaults',
  packages: ['iovalkey'],
  create: (target) => new IoredisPeer(clientFor(target) as unknown as Redis),
};

function clientFor(target: Target): Iovalkey | IovalkeyCluster {
  switch (target.kind) {
    case 'single': {
      const { host, port, password } = target;
      return new Iovalkey({ host, port, ...(password === undefined ? {} : { password }) });
    }
    case 'sentinel':
      return new Iovalkey({ sentinels: [...target.sentinels], name: target.name });
    case 'cluster':
      return new IovalkeyCluster(target.nodes.map(({ host, port }) => ({ host, port })));
    default:
      return target satisfies never;
  }
}
