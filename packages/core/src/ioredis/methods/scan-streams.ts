import type { Cluster, Redis } from 'ioredis';
import type { DriverCommand, SendCommand } from '../../driver/driver-command.ts';
import { beneath, shareMethod } from './replaced-method.ts';

/** With its default options, plain ioredis waits for Redis about as long in these streams. */
const patienceMs = 10_000;

interface Scanning {
  sendCommand: SendCommand;
  createScanStream(...args: unknown[]): { readonly opt: { redis: object } };
}

/**
 * Makes the scans of `scanStream()` and its siblings wait up to 10 s for Redis. An error event that nobody listens for
 * ends the process, and the reader of a stream expects to wait, whereas the caller of a single command does not.
 */
export function waitInScanStreams(client: Redis | Cluster): void {
  shareMethod(client, 'createScanStream', createPatientStream);
}

function createPatientStream(this: Scanning, ...args: unknown[]): ReturnType<Scanning['createScanStream']> {
  const stream = beneath(this, 'createScanStream').apply(this, args);
  const sendCommand = (command: DriverCommand, ...rest: readonly []): unknown => {
    command.patienceMs = patienceMs;
    return this.sendCommand(command, ...rest);
  };
  stream.opt.redis = Object.create(this, { sendCommand: { value: sendCommand } }) as object;
  return stream;
}
