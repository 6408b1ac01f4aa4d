/** Receives commands on their way to a socket. */
export interface CommandSink {
  /** Writes text or bytes as they are. */
  write(chunk: string | Buffer): void;
  /**
   * Writes a command given as name and arguments, and copies their bytes immediately. Returns false and writes nothing
   * if they are too many to copy, or an argument is neither text nor bytes. `isOneOfSeveral`: whether others follow
   * immediately.
   */
  writeCommand(name: string, args: readonly unknown[], isOneOfSeveral?: boolean): boolean;
}
