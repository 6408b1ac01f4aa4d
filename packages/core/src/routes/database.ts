/** One of several Redis databases, after its options have been checked. */
export interface Database {
  readonly name: string;
  readonly weight: number;
  readonly isReadOnly: boolean;
  /** The ioredis options for this database: endpoint, TLS, login, names and database number. */
  readonly options: Readonly<Record<string, unknown>>;
}
