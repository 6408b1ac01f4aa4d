/** A complete HTTP response as plain data. An adapter copies it into its framework's response unchanged. */
export interface PlainResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
