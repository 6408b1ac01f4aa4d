/** One of several databases, checked. */
export interface Database {
  readonly name: string;
  readonly weight: number;
  readonly isReadOnly: boolean;
  /** Its own options for the driver: endpoint, TLS, login, names, number of the database. */
  readonly options: Readonly<Record<string, unknown>>;
}
