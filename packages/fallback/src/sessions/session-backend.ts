/** The store that holds the sessions, as promises. Data is what JSON holds. */
export interface SessionBackend {
  get(sid: string): Promise<unknown>;
  set(sid: string, data: unknown, leftMs: number): Promise<void>;
  /** Undefined where the store cannot: the session is set anew instead. */
  readonly touch: ((sid: string, data: unknown, leftMs: number) => Promise<void>) | undefined;
  destroy(sid: string): Promise<void>;
  /** Every session there is; undefined where the store cannot tell. */
  readonly sids?: (() => Promise<readonly string[]>) | undefined;
  readonly clear?: (() => Promise<void>) | undefined;
}
