import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRedisResilience } from '@redis-resilience/core';
import { metricNames, registerMetrics } from '@redis-resilience/telemetry/prometheus';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { parseExposition } from './exposition.ts';

const folder = join(import.meta.dirname, '../../packages/telemetry/dashboards');
const alertsFile = join(folder, 'alerts.yml');
const alerts = readFileSync(alertsFile, 'utf8');
const dashboard = JSON.parse(readFileSync(join(folder, 'grafana.json'), 'utf8')) as Dashboard;

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets: readonly { readonly expr: string }[];
  }[];
}

const expressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

it('the dashboard shows every metric that exists, and no other', () => {
  expect(namesIn(expressions.join('\n'))).toEqual(metricNames.toSorted());
});

it('the alerts ask for metrics that exist', () => {
  expect(namesIn(alerts).filter((name) => !metricNames.includes(name))).toEqual([]);
  expect(alerts.match(/^ {6}- alert: /gm)?.length).toBeGreaterThan(8);
});

it('the dashboard and the alerts ask for labels and values that exist', async () => {
  const words = await labelsAndWords();
  for (const expression of [...expressions, alerts]) {
    for (const [, name = '', selector = ''] of expression.matchAll(/(redis_resilience_\w+)\{([^}]*)\}/g)) {
      for (const [, label = '', value = ''] of selector.matchAll(/(\w+)(?:=|!=|=~)"([^"]*)"/g)) {
        const known = words.get(name.replace(/_(bucket|sum|count)$/, ''))?.get(label);
        expect(known, `${name} has a label ${label}`).toBeDefined();
        if (label === 'connection') continue;
        for (const word of value.split('|')) expect([...(known ?? [])], `${name} ${label}`).toContain(word);
      }
    }
  }
});

it('the panels of the dashboard do not overlap', () => {
  const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  expect(dashboard.panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
});

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

it.skipIf(!hasPromtool)('the alerts and the metrics satisfy promtool, where it is installed', async () => {
  expect(spawnSync('promtool', ['check', 'rules', alertsFile]).status).toBe(0);
  const input = await exposition();
  expect(spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' })).toMatchObject({
    status: 0,
    stderr: '',
  });
});

function namesIn(text: string): string[] {
  const names = Array.from(text.matchAll(/redis_resilience_\w+/g), ([name]) => name.replace(/_bucket$/, ''));
  return [...new Set(names)].toSorted();
}

/** Returns the labels of each metric, and the values of each label. */
async function labelsAndWords(): Promise<Map<string, Map<string, Set<string>>>> {
  const found = new Map<string, Map<string, Set<string>>>();
  for (const { name, labels } of parseExposition(await exposition())) {
    const known = found.get(name.replace(/_(bucket|sum|count)$/, '')) ?? new Map<string, Set<string>>();
    found.set(name.replace(/_(bucket|sum|count)$/, ''), known);
    for (const [label, word] of Object.entries(labels))
      known.set(label, (known.get(label) ?? new Set()).add(word));
  }
  return found;
}

async function exposition(): Promise<string> {
  const registry = new Registry();
  const databases = [1, 2].map((port) => ({
    name: `at-${port}`,
    target: { host: '127.0.0.1', port, lazyConnect: true },
  }));
  const resilience = createRedisResilience({ databases });
  const outage = resilience.isolate('to have a cause');
  const numbers = { hits: 0, misses: 0, away: 0, loads: 0, loadErrors: 0, stale: 0, fallbacks: 0 };
  const unregister = registerMetrics(resilience, {
    registry,
    caches: { products: { stats: () => ({ ...numbers, loading: 0, queued: 0, localBytes: 0 }) } },
    outboxes: { views: { size: 0, bytes: 0 } },
  });
  const text = await registry.metrics();
  unregister();
  outage();
  await resilience.close();
  // Metrics with a cause or a database appear only after an outage or a switch of databases, so they are added here.
  return text
    .replace(
      /^# TYPE redis_resilience_outages_total counter$/m,
      '$&\nredis_resilience_outages_total{connection="default",cause="stalled"} 0',
    )
    .replace(
      /^# TYPE redis_resilience_database_changes_total counter$/m,
      '$&\nredis_resilience_database_changes_total{connection="default",to="at-2",reason="stalled"} 0',
    );
}
