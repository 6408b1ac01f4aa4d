/** Takes commands on their way to a socket. */
export interface CommandSink {
  /** Takes text or bytes as they are. */
  write(chunk: string | Buffer): void;
  /**
   * Takes a command by its name and its arguments, and copies their bytes at once. False, and nothing is taken, where
   * they are too many to be copied, or an argument is neither text nor bytes. `isOneOfSeveral`: others follow at once.
   */
  writeCommand(name: string, args: readonly unknown[], isOneOfSeveral?: boolean): boolean;
}
