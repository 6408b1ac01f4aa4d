import type { DriverCommand, PipelineStream } from './driver-command.ts';

/** The commands of callers that a client sent before it was protected, and that have got no reply yet. */
export interface SentBefore {
  /** In the order in which they were sent. */
  readonly commands: readonly {
    readonly command: DriverCommand;
    readonly stream?: PipelineStream | undefined;
  }[];
  /** Whether the connection on which the commands were sent has broken, so that no replies to them will arrive. */
  readonly isLost: boolean;
}
