import { expect, it } from 'vitest';
import { tellAtOnce } from '../../../packages/core/src/ioredis/cluster/at-once.ts';
import type { ClusterInternals } from '../../../packages/core/src/ioredis/cluster/cluster-internals.ts';

function clientOf(): { readonly client: ClusterInternals; readonly told: string[] } {
  const client = {
    status: 'ready',
    setStatus(status: string): void {
      client.status = status;
    },
  };
  const told: string[] = [];
  const listeners = { ready: [() => told.push('ready')], end: [() => told.push('end')] };
  tellAtOnce(client as unknown as ClusterInternals, listeners);
  return { client: client as unknown as ClusterInternals, told };
}

it('the status of a cluster client is told in the moment in which it changes', () => {
  const { client, told } = clientOf();
  client.setStatus('ready');
  expect(told).toEqual(['ready']);
});

it('a cluster client that has ended stays so when a node ends later, and can be connected again', () => {
  const { client, told } = clientOf();
  client.setStatus('close');
  client.setStatus('end');
  client.setStatus('close');
  expect([client.status, told]).toEqual(['end', ['end']]);
  client.setStatus('connecting');
  client.setStatus('close');
  expect(client.status).toBe('close');
});
