/** One of several Redis databases, after its options have been checked. */
export interface Database {
  readonly name: string;
  readonly weight: number;
  readonly isReadOnly: boolean;
  /** Driver options of this database: endpoint, TLS, login, names and database number. */
  readonly options: Readonly<Record<string, unknown>>;
}
