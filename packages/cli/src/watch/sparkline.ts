const steps = '▁▂▃▄▅▆▇█';
const gap = '·';

/** Draws a line of bars. The largest value gets the highest bar, and a missing value gets a dot. */
export function sparkline(values: readonly (number | undefined)[]): string {
  const most = Math.max(1, ...values.filter((value) => value !== undefined));
  return values
    .map((value) => {
      if (value === undefined) return gap;
      return steps[Math.min(steps.length - 1, Math.floor((value / most) * steps.length))] ?? gap;
    })
    .join('');
}
