import type { Socket } from 'node:net';

/** The interface that a client expects of the object that creates its sockets. */
export interface DriverConnector {
  /**
   * Resolves with a socket whose server serves commands. Before a socket is found, `emit` is called with the error of
   * each attempt that fails.
   */
  connect(emit: (event: string, error: Error) => void): Promise<Socket>;
  disconnect(): void;
  check(info: unknown): boolean;
}
