/** The store that holds the sessions, as an interface with promises. Session data must be representable as JSON. */
export interface SessionBackend {
  get(sid: string): Promise<unknown>;
  set(sid: string, data: unknown, leftMs: number): Promise<void>;
  /** Extends the life of a session; undefined if the store cannot do so, in which case the session is stored again. */
  readonly touch: ((sid: string, data: unknown, leftMs: number) => Promise<void>) | undefined;
  destroy(sid: string): Promise<void>;
  /** Returns the ids of all sessions; undefined if the store cannot list them. */
  readonly sids?: (() => Promise<readonly string[]>) | undefined;
  readonly clear?: (() => Promise<void>) | undefined;
}
