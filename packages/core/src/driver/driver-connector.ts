import type { Socket } from 'node:net';

/** What a client needs of the object that makes its sockets. */
export interface DriverConnector {
  /** Resolves with a socket that serves; `emit` reports attempts that failed before. */
  connect(emit: (event: string, error: Error) => void): Promise<Socket>;
  disconnect(): void;
  check(info: unknown): boolean;
}
