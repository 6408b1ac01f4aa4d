/** One sample in the output of a scrape. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const sampleLine = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? ([+-]?(?:Inf|\d[\d.e+-]*)|NaN)$/;
const label = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)/gy;

/**
 * Parses Prometheus' text format strictly.
 *
 * @throws Error for a line that violates the format, a sample before its TYPE, or a duplicate sample
 */
export function parseExposition(text: string): Sample[] {
  const types = new Map<string, string>();
  const seen = new Set<string>();
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# HELP ')) continue;
    const [, typed, type] = /^# TYPE (\S+) (gauge|counter|histogram)$/.exec(line) ?? [];
    if (typed !== undefined && type !== undefined) {
      if (types.has(typed)) throw new Error(`${typed} has two types`);
      types.set(typed, type);
      continue;
    }
    const [, name, labels = '', value] = sampleLine.exec(line) ?? [];
    if (name === undefined) throw new Error(`Not of the format: ${line}`);
    if (!types.has(name) && types.get(name.replace(/_(bucket|sum|count)$/, '')) !== 'histogram') {
      throw new Error(`${name} has no type`);
    }
    const series = line.slice(0, line.lastIndexOf(' '));
    if (seen.has(series)) throw new Error(`${series} is there twice`);
    seen.add(series);
    samples.push({ name, labels: parseLabels(labels), value: Number(value?.replace('Inf', 'Infinity')) });
  }
  return samples;
}

/** Returns the value of the one sample with this name that has at least these labels. */
export function valueOf(
  samples: readonly Sample[],
  name: string,
  labels: Record<string, string> = {},
): number {
  const fitting = samples.filter(
    (sample) =>
      sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  );
  if (fitting.length !== 1) throw new Error(`${fitting.length} samples of ${name} ${JSON.stringify(labels)}`);
  return (fitting[0] as Sample).value;
}

function parseLabels(text: string): Record<string, string> {
  label.lastIndex = 0;
  const labels: Record<string, string> = {};
  while (label.lastIndex < text.length) {
    const [, name, value] = label.exec(text) ?? [];
    if (name === undefined || value === undefined) throw new Error(`Not labels: ${text}`);
    if (name in labels) throw new Error(`${name} is there twice: ${text}`);
    labels[name] = value;
  }
  return labels;
}
