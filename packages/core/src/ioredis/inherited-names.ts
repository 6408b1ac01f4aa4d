import { Command } from 'ioredis';

type Tables = Readonly<Record<string, object>> | undefined;

/**
 * Makes ioredis know no command that has the name of an inherited property. Its tables are plain objects: without this,
 * it would take a command named `constructor` for QUIT, and never connect again once its connection is lost.
 */
export function ignoreInheritedNames(): void {
  const driver = Command as unknown as { getFlagMap?(): Tables } & Readonly<Record<string, Tables>>;
  const tables = [driver.getFlagMap?.(), driver['_transformer']];
  for (const table of tables.flatMap((each) => Object.values(each ?? {}))) Object.setPrototypeOf(table, null);
}
