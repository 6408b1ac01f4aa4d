/**
 * The manifest with another version: its own, and the ranges of packages that share it. Published packages depend on
 * each other by range (`^0.2.0`), the rest is pinned.
 *
 * @param {Record<string, any>} manifest what a package.json says
 * @param {string} version such as `0.2.0`
 * @param {ReadonlySet<string>} shared names of the packages that share the version
 */
export function withVersion(manifest, version, shared) {
  const result = { ...manifest };
  if (shared.has(manifest.name)) result.version = version;
  for (const kind of ['dependencies', 'devDependencies', 'peerDependencies']) {
    const ranges = manifest[kind];
    if (ranges === undefined) continue;
    result[kind] = Object.fromEntries(
      Object.entries(ranges).map(([name, range]) => [
        name,
        shared.has(name) ? (range.startsWith('^') ? `^${version}` : version) : range,
      ]),
    );
  }
  return result;
}

/**
 * The changelog with a heading for the version above what is unreleased, and an empty place above it.
 *
 * @param {string} changelog
 * @param {string} version
 * @param {string} date such as `2030-01-31`
 */
export function withRelease(changelog, version, date) {
  if (!changelog.includes('## Unreleased\n')) throw new Error('CHANGELOG.md has no heading "Unreleased".');
  return changelog.replace('## Unreleased\n', `## Unreleased\n\n## ${version} (${date})\n`);
}
