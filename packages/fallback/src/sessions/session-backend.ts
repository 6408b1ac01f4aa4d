/** The store that holds the sessions, with promises. Data is what JSON can hold. */
export interface SessionBackend {
  get(sid: string): Promise<unknown>;
  set(sid: string, data: unknown, leftMs: number): Promise<void>;
  /** Undefined when the store cannot touch: the session is stored again instead. */
  readonly touch: ((sid: string, data: unknown, leftMs: number) => Promise<void>) | undefined;
  destroy(sid: string): Promise<void>;
  /** The ids of all sessions; undefined when the store cannot list them. */
  readonly sids?: (() => Promise<readonly string[]>) | undefined;
  readonly clear?: (() => Promise<void>) | undefined;
}
