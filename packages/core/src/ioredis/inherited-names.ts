import { Command } from 'ioredis';

/** The tables in which ioredis looks commands up by name. */
interface CommandTables {
  getFlagMap?(): Readonly<Record<string, object>>;
  readonly _transformer?: Readonly<Record<string, object>>;
}

/**
 * Makes ioredis know no command that has the name of an inherited property. Its tables are plain objects: without this,
 * it would take a command named `constructor` for QUIT, and never connect again once its connection is lost.
 */
export function ignoreInheritedNames(): void {
  const driver = Command as unknown as CommandTables;
  const tables = [...Object.values(driver.getFlagMap?.() ?? {}), ...Object.values(driver._transformer ?? {})];
  for (const table of tables) Object.setPrototypeOf(table, null);
}
