export function withVersion(
  manifest: Readonly<Record<string, unknown>>,
  version: string,
  shared: ReadonlySet<string>,
): Record<string, unknown>;
export function withRelease(changelog: string, version: string, date: string): string;
