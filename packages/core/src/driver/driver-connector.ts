import type { Socket } from 'node:net';

/** What a client asks of the object that makes its sockets. */
export interface DriverConnector {
  /** Resolves with a socket that serves; `emit` tells of attempts that failed before it. */
  connect(emit: (event: string, error: Error) => void): Promise<Socket>;
  disconnect(): void;
  check(info: unknown): boolean;
}
