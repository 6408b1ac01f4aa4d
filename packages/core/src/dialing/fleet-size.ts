/**
 * Estimates how many clients share a server. The count that a new connection reads can only raise the estimate: the
 * first client to return after a restart reads 1, and must not conclude that it has the server to itself. A count read
 * later, on a connection that has stayed up, can lower the estimate, at most by half. The estimate does not fall with
 * time alone: a day without an outage must not make a fleet look small.
 */
export class FleetSize {
  #size: number | undefined;

  /** The estimate; `undefined` until a count has been read. */
  get size(): number | undefined {
    return this.#size;
  }

  /** Records `connected_clients` as read in the handshake of a new connection. */
  readAtConnect(connectedClients: number): void {
    if (isCount(connectedClients)) this.#size = Math.max(connectedClients, this.#size ?? 0);
  }

  /** Records `connected_clients` as read on a connection that has been up for a while. */
  readInCalm(connectedClients: number): void {
    if (isCount(connectedClients)) this.#size = Math.max(connectedClients, (this.#size ?? 0) / 2);
  }
}

/** Returns `connected_clients` of a server's INFO; undefined if the user has no permission to read it. */
export function clientsIn(info: { readonly connected_clients?: string }): number | undefined {
  const count = Number(info.connected_clients);
  return Number.isFinite(count) ? count : undefined;
}

function isCount(value: number): boolean {
  return value >= 1 && Number.isFinite(value);
}
