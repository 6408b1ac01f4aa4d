import { throwNext } from '../event-loop/soon.ts';

/** Receives the bytes that may reach the driver. */
export interface DeliversBytes {
  deliver(bytes: Buffer): void;
  /**
   * Returns whether the reply that begins at `from`, and whose end the chunk does not contain, will come as a whole in
   * the next chunk, so that its beginning need not be read now.
   */
  gather?(chunk: Buffer, from: number, maxBytes: number): boolean;
}

/**
 * Delivers bytes to listeners of the application, one of which may throw. The error of a listener must reach the
 * application, but must not stop the delivery of later bytes.
 */
export function deliverAlone(sink: DeliversBytes, bytes: Buffer): void {
  try {
    sink.deliver(bytes);
  } catch (error) {
    throwNext(error);
  }
}
