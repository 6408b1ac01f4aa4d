/** A whole answer as plain data: an adapter copies it into its framework's response and decides nothing. */
export interface PlainResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
