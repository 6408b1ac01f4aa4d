const steps = '▁▂▃▄▅▆▇█';
const gap = '·';

/** A line of bars, the highest for the largest value; a dot for each missing value. */
export function sparkline(values: readonly (number | undefined)[]): string {
  const most = Math.max(1, ...values.filter((value) => value !== undefined));
  return values
    .map((value) => {
      if (value === undefined) return gap;
      return steps[Math.min(steps.length - 1, Math.floor((value / most) * steps.length))] ?? gap;
    })
    .join('');
}
