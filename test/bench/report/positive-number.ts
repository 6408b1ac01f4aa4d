/** @throws Error with a message of one line when the value of an option is not a number above 0 */
export function positiveNumber(option: string, given: string): number {
  const value = Number(given);
  if (value > 0) return value;
  throw new Error(`${option} takes a number above 0, not "${given}".`);
}
