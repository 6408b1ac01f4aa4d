/** What a client does before it quits, and if the application connects it again before it has ended. */
export interface Leave {
  /** Refuses all later calls. Returns what the client has to wait for before it quits; undefined if for nothing. */
  begin(): Promise<void> | undefined;
  /** Takes calls again. */
  undo(): void;
}
