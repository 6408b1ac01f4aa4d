import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Cluster, Redis } from 'ioredis';

/** Somewhere values can be read from, and perhaps written to. */
export interface Source {
  /** For whoever asks where an answer came from. */
  readonly name: string;
  get(key: string): Promise<string | undefined>;
  /** Undefined where the source is read-only. */
  readonly set: ((key: string, value: string) => Promise<void>) | undefined;
}

/** Values in a map of this process. */
export function mapSource(map: Map<string, string>, name = 'map'): Source {
  return {
    name,
    get: (key) => Promise.resolve(map.get(key)),
    set: (key, value) => {
      map.set(key, value);
      return Promise.resolve();
    },
  };
}

/** Values in another Redis, protected or not. */
export function redisSource(
  client: Redis | Cluster,
  options: { prefix?: string; name?: string } = {},
): Source {
  const { prefix = '', name = 'redis' } = options;
  return {
    name,
    get: async (key) => (await client.get(prefix + key)) ?? undefined,
    set: async (key, value) => {
      await client.set(prefix + key, value);
    },
  };
}

/**
 * Values in a file: one JSON object of strings. It is read at the first use; writes go to a file beside it that then
 * takes its place, so that a crash leaves the old one or the new one.
 */
export function fileSource(path: string, name = 'file'): Source {
  let loading: Promise<Map<string, string>> | undefined;
  let writing: Promise<void> = Promise.resolve();
  const load = (): Promise<Map<string, string>> => (loading ??= readStrings(path));
  return {
    name,
    get: async (key) => (await load()).get(key),
    set: async (key, value) => {
      const values = await load();
      if (values.get(key) === value) return;
      values.set(key, value);
      writing = writing.catch(() => undefined).then(() => writeStrings(path, values));
      await writing;
    },
  };
}

async function readStrings(path: string): Promise<Map<string, string>> {
  try {
    const values = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    return new Map(
      Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  } catch (error) {
    if ((error as { readonly code?: string }).code === 'ENOENT') return new Map();
    throw error;
  }
}

async function writeStrings(path: string, values: ReadonlyMap<string, string>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const next = `${path}.next`;
  await writeFile(next, JSON.stringify(Object.fromEntries(values)));
  await rename(next, path);
}
