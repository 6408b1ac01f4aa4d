/** Returns the median: for an even number of values, the mean of the two in the middle. `NaN` of nothing. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  if (sorted.length % 2 === 1) return upper;
  return (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** Returns a quantile: the value that the given share of the values (0 to 1) does not exceed. `NaN` of nothing. */
export function percentileOf(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).toSorted();
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? sorted[0] ?? Number.NaN;
}

/** Returns the relative spread of the values: half the interquartile range, divided by the median. */
export function spreadOf(values: readonly number[]): number {
  if (values.length < 2) return 0;
  return (percentileOf(values, 0.75) - percentileOf(values, 0.25)) / 2 / Math.abs(medianOf(values));
}
