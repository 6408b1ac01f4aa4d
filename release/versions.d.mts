export function withVersion(
  manifest: Readonly<Record<string, unknown>>,
  version: string,
  shared: ReadonlySet<string>,
): Record<string, unknown>;
export function withRelease(changelog: string, version: string, date: string): string;

/** What is wrong with a release of this version under this tag, or undefined. */
export function problemOfRelease(
  tag: string | undefined,
  version: string,
  changelog: string,
): string | undefined;
