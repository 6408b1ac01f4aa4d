import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRedisResilience } from '@redis-resilience/core';
import { registerMetrics } from '@redis-resilience/telemetry/prometheus';
import { format, resolveConfig } from 'prettier';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';

const readme = join(import.meta.dirname, '../../packages/telemetry/README.md');
const between = /(<!-- metrics -->\n)[^]*?(<!-- \/metrics -->)/;

// `UPDATE_README=1 npx vitest run telemetry/metrics-table` in test/ rewrites the table.
it('the README lists every metric with its labels and its help text', async () => {
  const table = await metricsTable();
  const text = readFileSync(readme, 'utf8');
  const expected = text.replace(
    between,
    (_all, before: string, after: string) => `${before}\n${table}\n${after}`,
  );
  if (process.env['UPDATE_README']) writeFileSync(readme, expected);
  else expect(text).toBe(expected);
  expect(expected).toMatch(between);
  expect(table).toContain('`commands_total`');
});

async function metricsTable(): Promise<string> {
  const rows = (await registeredMetrics()).map(({ name, type, labelNames, help }) => {
    const labels = labelNames.map((label) => `\`${label}\``).join(', ');
    return `| \`${name.replace('redis_resilience_', '')}\` | ${type} | ${labels} | ${help} |`;
  });
  const table = ['| metric | kind | labels | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
  return format(table, { ...(await resolveConfig(readme)), parser: 'markdown' });
}

interface Registered {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
}

async function registeredMetrics(): Promise<readonly (Registered & { readonly type: string })[]> {
  const registry = new Registry();
  const resilience = createRedisResilience({ lazyConnect: true });
  registerMetrics(resilience, { registry });
  const types = new Map((await registry.getMetricsAsJSON()).map(({ name, type }) => [name, String(type)]));
  await resilience.close();
  const metrics = registry.getMetricsAsArray() as unknown as readonly Registered[];
  return metrics.map(({ name, help, labelNames }) => ({
    name,
    help,
    labelNames,
    type: types.get(name) ?? '',
  }));
}
