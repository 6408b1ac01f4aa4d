import type { Socket } from 'node:net';

/** The interface that a client expects of the object that creates its sockets. */
export interface DriverConnector {
  /** Resolves with a socket whose server serves commands. `emit` reports the attempts that fail before. */
  connect(emit: (event: string, error: Error) => void): Promise<Socket>;
  disconnect(): void;
  check(info: unknown): boolean;
}
