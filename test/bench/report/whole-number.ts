/**
 * @throws Error with a message of one line when the value of an option is not a whole number within the
 * limits
 */
export function wholeNumber(option: string, given: string, least: number, most: number): number {
  const value = /^\d+$/.test(given) ? Number(given) : NaN;
  if (value >= least && value <= most) return value;
  throw new Error(`${option} takes whole numbers from ${least} to ${most}, not "${given}".`);
}
