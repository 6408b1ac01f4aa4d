import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { nearest } from '@redis-resilience/core/protocol';
import { UsageError } from '../../usage-error.ts';
import { faultNames, isOfDatabases } from '../faults/fault-name.ts';
import { checkPlan, type Plan } from './plan.ts';

const folder = new URL('../../../plans/', import.meta.url);

/** The plans that run by default, in this order. Each plan has the name of its fault. */
export const builtInPlans = faultNames.filter((name) => !isOfDatabases(name));

/** The plans for an application with two databases. These plans run only if `--plan` names them. */
export const databasePlans = faultNames.filter(isOfDatabases);

/**
 * Reads a built-in plan by its name, or a JSON file by its path. @throws UsageError for an unreadable or invalid plan
 */
export function loadPlan(nameOrFile: string): Plan {
  const isBuiltIn = readdirSync(folder).includes(`${nameOrFile}.json`);
  const file = isBuiltIn ? fileURLToPath(new URL(`${nameOrFile}.json`, folder)) : nameOrFile;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    const names = [...builtInPlans, ...databasePlans];
    const meant = nearest(nameOrFile, names);
    const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
    throw new UsageError(
      `The plan '${nameOrFile}' cannot be read.${hint} Give a file, or one of ${names.join(', ')}.`,
    );
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new UsageError(`The plan ${nameOrFile} is not JSON.`);
  }
  return checkPlan(content, nameOrFile);
}
