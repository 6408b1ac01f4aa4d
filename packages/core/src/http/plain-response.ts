/**
 * A complete HTTP response as plain data. The adapter for a framework copies this object unchanged into the framework's
 * response.
 */
export interface PlainResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
