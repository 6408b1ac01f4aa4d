import { parseArgs } from 'node:util';

/** How Redis is during a part of the demo. */
export type Act = 'there' | Fault;
export type Fault = 'killed' | 'frozen';

/** How long each part takes, in seconds, and how many requests each application gets per second. */
export interface Plan {
  readonly steady: number;
  readonly killed: number;
  readonly frozen: number;
  readonly back: number;
  readonly rate: number;
}

const usual: Plan = { steady: 8, killed: 10, frozen: 5, back: 10, rate: 50 };

/**
 * Reads `--killed 3 --rate 20` and the like; what is not given is as usual.
 *
 * @throws TypeError for an unknown option, RangeError for a value that is no number from 1 to 600
 */
export function readPlan(args: readonly string[]): Plan {
  const options = Object.fromEntries(Object.keys(usual).map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ args: [...args], options });
  const given = Object.entries(values).map(([name, value]) => [name, numberOf(name, String(value))] as const);
  return { ...usual, ...Object.fromEntries(given) };
}

export function secondsOf({ steady, killed, frozen, back }: Plan): number {
  return steady + killed + back + frozen + back;
}

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (value >= 1 && value <= 600) return value;
  throw new RangeError(`--${name} takes a number from 1 to 600; given: ${text}`);
}
