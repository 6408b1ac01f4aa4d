/** Receives commands on their way to a socket. */
export interface CommandSink {
  /** Writes text or bytes as they are. */
  write(chunk: string | Buffer): void;
  /**
   * Writes a command given as name and arguments, and copies their bytes immediately. Returns false and writes nothing
   * if there are too many bytes to copy, if an argument is neither text nor bytes, or if no other command is likely to
   * join this one. `isOneOfSeveral`: whether other commands are written together with this one.
   */
  writeCommand(name: string, args: readonly unknown[], isOneOfSeveral?: boolean): boolean;
  /** Passes on what has been written so far, and keeps what is written later until {@link resume}. */
  pause(): void;
  resume(): void;
}
