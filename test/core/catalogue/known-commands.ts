import { containerTable } from '../../../packages/core/src/catalogue/command-table-containers.ts';
import { moduleTable } from '../../../packages/core/src/catalogue/command-table-modules.ts';
import { commandTable } from '../../../packages/core/src/catalogue/command-table.ts';

/** The names of all commands and subcommands in the tables of the catalogue. */
export const knownCommands: readonly string[] = [commandTable, containerTable, moduleTable]
  .flat()
  .flatMap(({ names }) => names.trim().split(/\s+/));
