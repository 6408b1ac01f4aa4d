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

/** Reports the first failure of a connection that is being made. */
export interface FirstFailure {
  /** Rejects when the next connection attempt fails; never settles otherwise. */
  firstFailure(): Promise<never>;
}
