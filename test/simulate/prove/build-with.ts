import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { rootFolder } from '../root-folder.ts';
import type { Mistake } from './mistakes.ts';

const core = join(rootFolder, 'packages/core/src');

/** Builds the worker script from the source of the packages with one mistake added. */
export async function buildWith(mistake: Mistake, outfile: string): Promise<void> {
  await build({
    entryPoints: [join(rootFolder, 'test/simulate/worker.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['ioredis', 'classic-level'],
    plugins: [ownSources, withEdits(mistake)],
    logLevel: 'silent',
  });
}

/**
 * Returns the source code of a file with the edits of a mistake.
 *
 * @throws Error when the text that an edit replaces is missing from the source, or occurs more than once
 */
export function editedSource(mistake: Mistake, file: string): string {
  const edits = mistake.edits.filter((edit) => edit.file === file);
  return edits.reduce(
    (source, { find, replace }) => {
      if (source.split(find).length !== 2) {
        throw new Error(
          `The mistake ${mistake.name} has no place in ${file} any more: ${JSON.stringify(find)}`,
        );
      }
      return source.replace(find, () => replace);
    },
    readFileSync(join(core, file), 'utf8'),
  );
}

function withEdits(mistake: Mistake): Plugin {
  return {
    name: 'with-a-mistake',
    setup({ onLoad }) {
      onLoad({ filter: /packages[/\\]core[/\\]src[/\\].*\.ts$/ }, ({ path }) => {
        const file = relative(core, path);
        if (!mistake.edits.some((edit) => edit.file === file)) return undefined;
        return { contents: editedSource(mistake, file), loader: 'ts' };
      });
    },
  };
}

const ownSources: Plugin = {
  name: 'own-sources',
  setup({ onResolve }) {
    onResolve({ filter: /^@redis-resilience\// }, ({ path }) => {
      const [, name = '', entry = 'index'] = path.split('/');
      return { path: join(rootFolder, 'packages', name, 'src', `${entry}.ts`) };
    });
  },
};
