import { throwNext } from '../event-loop/soon.ts';

/** Receives the bytes that may reach the driver. */
export interface DeliversBytes {
  deliver(bytes: Buffer): void;
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
