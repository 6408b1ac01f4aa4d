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
 * What is wrong with a release of this version under this tag, or undefined. A tag on the wrong commit would publish
 * what is on that commit.
 *
 * @param {string | undefined} tag such as `v0.2.0`; undefined on the machine of a developer
 * @param {string} version
 * @param {string} changelog
 */
export function problemOfRelease(tag, version, changelog) {
  if (tag === undefined) return undefined;
  if (tag !== `v${version}`) return `The tag is ${tag}, and the packages have the version ${version}.`;
  if (!changelog.includes(`## ${version} (`)) return `CHANGELOG.md has no heading for ${version}.`;
  return undefined;
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
