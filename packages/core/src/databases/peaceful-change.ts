import type { Clock } from '../clock.ts';
import { pause } from '../deadline.ts';
import type { VerifiedSocket } from '../handshake/establish.ts';
import type { MovableClient } from './movable-client.ts';
import { releaseBlocked } from './release-blocked.ts';

export interface PeacefulChangeOptions {
  readonly clock: Clock;
  readonly clients: readonly MovableClient[];
  /**
   * The main client, which takes over the connection of the `StandbyWatch`, so that no other connection is prepared for
   * it.
   */
  readonly main: MovableClient;
  readonly from: string;
  readonly to: string;
  /** Resolves when the server has answered on the connection of the `StandbyWatch`. */
  readonly prove: (signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Each client's new connection to the other database. */
export type PreparedConnections = ReadonlyMap<MovableClient, VerifiedSocket>;

const lookMs = 2;
/**
 * Maximum time to wait for the calls in flight, which is shorter than the time that a call may wait, so that no call
 * fails because of the switch.
 */
const peaceMs = 120;

/**
 * Prepares a switch to another database while the current one is working: makes the connections, holds new calls, and
 * waits until the calls in flight have been answered. Resolves with the connections if every step succeeds, so that the
 * switch itself is a single step; if a step fails, undoes everything and resolves with undefined.
 */
export async function prepareInPeace(
  options: PeacefulChangeOptions,
): Promise<PreparedConnections | undefined> {
  const { clock, clients, main, to, prove, signal } = options;
  const connected = clients.filter(({ state }) => state === 'ready' || state === 'stalled');
  const prepared = new Map<MovableClient, VerifiedSocket>();
  const held = new Set<MovableClient>();
  const giveUp = (): undefined => {
    for (const client of held) client.resume();
    for (const { socket } of prepared.values()) socket.destroy();
    return undefined;
  };
  try {
    await prove(signal);
    for (const client of connected)
      if (client !== main) prepared.set(client, await client.prepare(to, signal));
    if (!(await unblock(connected, held, options))) return giveUp();
  } catch {
    return giveUp();
  }
  for (const client of connected) hold(client, held);
  const endsAt = clock.now() + peaceMs;
  while (!connected.every(({ isQuiet }) => isQuiet) && clock.now() < endsAt && !signal.aborted) {
    await pause(clock, lookMs);
  }
  const isWhole = [...prepared.values()].every(({ socket }) => !socket.destroyed);
  return isWhole && !signal.aborted && connected.every(({ isQuiet }) => isQuiet) ? prepared : giveUp();
}

/**
 * Pauses the clients that have blocking calls, and makes the server unblock these calls. Clients without blocking calls
 * are paused only after this function has succeeded. Resolves with false if a call cannot be unblocked: its connection
 * would not become idle in time.
 */
async function unblock(
  connected: readonly MovableClient[],
  held: Set<MovableClient>,
  { main, from, signal }: PeacefulChangeOptions,
): Promise<boolean> {
  if (connected.every(({ blocked }) => blocked === undefined)) return true;
  // CLIENT UNBLOCK needs a separate connection, because a call may be blocking any of the clients' connections.
  const side = await main.prepare(from, signal);
  try {
    const blocking = connected.filter(({ blocked }) => blocked !== undefined);
    const blocked = blocking.flatMap((client) => client.blocked ?? []);
    if (blocked.some(({ clientId }) => clientId === undefined)) return false;
    for (const client of blocking) hold(client, held);
    return blocked.length === 0 || (await releaseBlocked(blocked, side.socket, signal));
  } finally {
    side.socket.destroy();
  }
}

function hold(client: MovableClient, held: Set<MovableClient>): void {
  if (held.has(client)) return;
  held.add(client);
  client.pause();
}
