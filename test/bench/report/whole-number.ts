/** @throws Error with one line for people, when the value given for an option is no whole number within the limits */
export function wholeNumber(option: string, given: string, least: number, most: number): number {
  const value = /^\d+$/.test(given) ? Number(given) : NaN;
  if (value >= least && value <= most) return value;
  throw new Error(`${option} takes whole numbers from ${least} to ${most}, not "${given}".`);
}
