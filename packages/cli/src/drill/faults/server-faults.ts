import { waitFor } from '@redis-resilience/testing';
import type { Fault } from './fault.ts';

export const restart: Fault = async ({ stage: { server } }) => {
  await server.kill();
  return () => server.start();
};

export const freeze: Fault = async ({ stage: { server } }) => {
  await server.freeze();
  return async () => {
    server.thaw();
    await server.waitUntilAnswering();
  };
};

/**
 * Makes the primary a replica, so that there is no primary while the fault lasts. The repair promotes the former
 * replica, and makes new connections lead to it.
 */
export const failover: Fault = async ({ stage: { server, replica, proxy } }) => {
  if (replica === undefined) throw new Error('A failover needs a replica');
  const inSync = async (): Promise<boolean> =>
    (await replica.info('replication'))['master_link_status'] === 'up';
  await waitFor(inSync, { message: 'the replica to be in sync' });
  await server.command('REPLICAOF', replica.host, replica.port);
  return async () => {
    await replica.command('REPLICAOF', 'NO', 'ONE');
    proxy.retarget(replica);
  };
};

export const passwordRotation: Fault = async ({ stage: { server, password } }) => {
  await server.command('ACL', 'SETUSER', 'default', 'resetpass', `>${password}-new`);
  await closeClients(server);
  return async () => {
    await server.command('ACL', 'SETUSER', 'default', `>${password}`);
  };
};

/** Limits the server to one connection, which the drill itself uses, and closes all others. */
export const maxClients: Fault = async ({ stage: { server } }) => {
  await server.command('CONFIG', 'SET', 'maxclients', 1);
  await closeClients(server);
  return async () => {
    await server.command('CONFIG', 'SET', 'maxclients', 10_000);
  };
};

export const fullMemory: Fault = async ({ stage: { server } }) => {
  await server.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
  await server.command('CONFIG', 'SET', 'maxmemory', 1);
  return async () => {
    await server.command('CONFIG', 'SET', 'maxmemory', 0);
  };
};

async function closeClients(server: Parameters<Fault>[0]['stage']['server']): Promise<void> {
  await server.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
}
