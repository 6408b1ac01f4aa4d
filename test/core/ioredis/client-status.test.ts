import { describe, expect, it } from 'vitest';
import { ClientStatus } from '../../../packages/core/src/ioredis/cluster/client-status.ts';
import type { ClusterInternals } from '../../../packages/core/src/ioredis/cluster/cluster-internals.ts';

/** A Cluster client that emits its events a tick after its status has changed, as that of ioredis does. */
class Client {
  status = 'wait';
  manuallyClosing = false;
  readonly options: Record<string, unknown>;
  /** What core is told, and what the application gets. */
  readonly told: string[] = [];
  readonly emitted: string[] = [];
  readonly clientStatus: ClientStatus;

  constructor(options: Record<string, unknown> = {}) {
    this.options = options;
    this.clientStatus = new ClientStatus(this as unknown as ClusterInternals);
    this.clientStatus.on('ready', () => this.told.push('ready'));
    this.clientStatus.on('close', () => this.told.push('close'));
    this.clientStatus.on('end', () => this.told.push('end'));
    this.clientStatus.takeOver();
  }

  emit(event: string): boolean {
    this.emitted.push(event);
    return true;
  }

  setStatus(status: string): void {
    this.status = status;
    process.nextTick(() => this.emit(status));
  }

  readyCheck(_callback: () => void): void {
    throw new Error('The client asks itself whether the cluster is up.');
  }

  async connect(): Promise<void> {
    await new Promise<void>((resolve) => this.readyCheck(resolve));
    this.setStatus('ready');
  }
}

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('core', () => {
  it('is told in the moment in which the status changes', () => {
    const client = new Client();
    client.setStatus('ready');
    expect([client.told, client.status]).toEqual([['ready'], 'ready']);
  });

  it('is not told of the close of a client that the application closes', () => {
    const client = new Client();
    client.manuallyClosing = true;
    client.setStatus('close');
    client.setStatus('end');
    expect(client.told).toEqual(['end']);
  });

  it('finds that a client that has ended stays so when a node ends later, and can be connected again', () => {
    const client = new Client();
    client.setStatus('close');
    client.setStatus('end');
    client.setStatus('close');
    expect([client.status, client.told]).toEqual(['end', ['close', 'end']]);
    client.setStatus('connecting');
    client.setStatus('close');
    expect(client.status).toBe('close');
  });
});

describe('the application', () => {
  it('is told that the client is ready, once, when the cluster is up', async () => {
    const client = new Client();
    client.clientStatus.tellReady();
    const connected = client.connect().then(() => client.emitted.push('connected'));
    await soon();
    expect([client.status, client.emitted]).toEqual(['ready', []]);
    client.clientStatus.tellReady();
    client.clientStatus.tellReady();
    await connected;
    await soon();
    expect(client.emitted.toSorted()).toEqual(['connected', 'ready']);
  });

  it('is told at once if it has turned the ready check off', async () => {
    const client = new Client({ enableReadyCheck: false });
    await client.connect();
    client.clientStatus.tellReady();
    await soon();
    expect(client.emitted).toEqual(['ready']);
  });

  it('gets an error from connect(), and no event, when the cluster is lost before it is up', async () => {
    const client = new Client();
    const connected = client.connect();
    await soon();
    client.setStatus('close');
    await expect(connected).rejects.toThrow('None of startup nodes is available');
    client.clientStatus.tellReady();
    await soon();
    expect(client.emitted).toEqual(['close']);
    client.setStatus('ready');
    client.clientStatus.tellReady();
    await soon();
    expect(client.emitted).toEqual(['close', 'ready']);
  });
});
