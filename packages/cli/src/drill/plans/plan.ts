import { defaultThresholds, thresholdNames, type Thresholds } from './thresholds.ts';
import { faultNames, type FaultName } from '../faults/fault-name.ts';
import { UsageError } from '../../usage-error.ts';

/** One outage to simulate. A plan is a small JSON file. */
export interface Plan {
  readonly name: string;
  readonly description: string;
  readonly fault: FaultName;
  /** Settings of the fault, such as `latencyMs`. */
  readonly parameters: Readonly<Record<string, number>>;
  /** How long requests are sent before the fault begins, in milliseconds. */
  readonly warmUpMs: number;
  /** How long the fault lasts, in milliseconds. */
  readonly faultMs: number;
  /** How long requests are sent after the fault was repaired, in milliseconds. */
  readonly watchMs: number;
  readonly thresholds: Thresholds;
}

const longestMs = 600_000;
const allowed = [
  'name',
  'description',
  'fault',
  'parameters',
  'warmUpMs',
  'faultMs',
  'watchMs',
  'thresholds',
];

/** Checks the content of a plan file, and adds defaults. @throws UsageError that names the file and the problem */
export function checkPlan(content: unknown, file: string): Plan {
  const refuse = (what: string): never => {
    throw new UsageError(`The plan ${file}: ${what}.`);
  };
  if (!isRecord(content)) return refuse('it must be a JSON object');
  const unknown = Object.keys(content).find((key) => !allowed.includes(key));
  if (unknown !== undefined) refuse(`there is no field '${unknown}'`);
  const { name, description = '', fault, parameters = {}, thresholds = {} } = content;
  if (typeof name !== 'string' || !/^[\w -]{1,60}$/.test(name)) refuse('name must be a short text');
  if (typeof description !== 'string') refuse('description must be a text');
  if (!faultNames.includes(fault as FaultName)) refuse(`fault must be one of ${faultNames.join(', ')}`);
  if (!isRecord(parameters) || !Object.values(parameters).every(isCount))
    return refuse('parameters must be numbers');
  if (!isRecord(thresholds) || !Object.values(thresholds).every(isCount))
    return refuse('thresholds must be numbers');
  const stranger = Object.keys(thresholds).find(
    (key) => !(thresholdNames as readonly string[]).includes(key),
  );
  if (stranger !== undefined) refuse(`there is no threshold '${stranger}'`);
  const duration = (key: string, otherwise: number): number => {
    const value = content[key] ?? otherwise;
    if (!isCount(value) || value > longestMs) return refuse(`${key} must be a number from 0 to ${longestMs}`);
    return value;
  };
  return {
    name: name as string,
    description: description as string,
    fault: fault as FaultName,
    parameters: parameters as Record<string, number>,
    warmUpMs: duration('warmUpMs', 1000),
    faultMs: duration('faultMs', 2000),
    watchMs: duration('watchMs', 2500),
    thresholds: { ...defaultThresholds, ...(thresholds as Partial<Thresholds>) },
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
