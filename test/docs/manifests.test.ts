import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { startRedis } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { bookPages, root } from './pages.ts';
import { printedSnippets } from './snippets.ts';

const blocks = printedSnippets();
const shown = /<!-- file: (\S+) -->\n\n```(\w+)\n([^]*?)^```$/gm;
const files = ['kubernetes', 'compose'].flatMap((folder) =>
  readdirSync(join(root, 'examples', folder))
    .filter((name) => !name.endsWith('.md'))
    .map((name) => `examples/${folder}/${name}`),
);

interface Manifest {
  readonly kind: 'Deployment' | 'StatefulSet' | 'Service';
  readonly metadata: { readonly name: string };
  readonly spec: unknown;
}
interface Container {
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly livenessProbe?: { readonly httpGet: { readonly path: string; readonly port: string } };
}
interface Workload {
  readonly selector: { readonly matchLabels: { readonly app: string } };
  readonly template: {
    readonly metadata: { readonly labels: { readonly app: string } };
    readonly spec: { readonly containers: readonly [Container] };
  };
}

it('every manifest of the book is YAML, and its probes never let an outage of Redis restart a process', () => {
  const manifests = blocks.filter(({ language }) => language === 'yaml');
  expect(manifests.length).toBeGreaterThan(3);
  for (const { page, text } of manifests) {
    for (const document of parseAllDocuments(text)) {
      expect({ page, errors: document.errors }).toEqual({ page, errors: [] });
    }
    for (const [, path] of text.matchAll(/livenessProbe:\s*\n\s*httpGet: \{ path: (\S+),/g)) {
      expect({ page, path }).toEqual({ page, path: '/livez' });
    }
  }
});

it('each file is shown on a page as it stands (UPDATE_README=1 writes it)', () => {
  const seen = bookPages().flatMap(({ path, text }) => {
    const written = text.replace(
      shown,
      (_all, file: string, language: string) =>
        `<!-- file: ${file} -->\n\n\`\`\`${language}\n${readFileSync(join(root, file), 'utf8')}\`\`\``,
    );
    if (process.env['UPDATE_README'] === '1' && written !== text) writeFileSync(join(root, path), written);
    expect(readFileSync(join(root, path), 'utf8')).toBe(written);
    return Array.from(text.matchAll(shown), ([, file = '']) => file);
  });
  expect(seen.toSorted()).toEqual(files.toSorted());
});

describe('the manifests for Kubernetes', () => {
  const manifests = files
    .filter((file) => file.startsWith('examples/kubernetes/'))
    .flatMap((file) => parseAllDocuments(readFileSync(join(root, file), 'utf8')))
    .map((document) => document.toJS() as Manifest);
  const workloads = manifests.filter(({ kind }) => kind !== 'Service').map(({ spec }) => spec as Workload);
  const services = manifests
    .filter(({ kind }) => kind === 'Service')
    .map(({ metadata, spec }) => ({
      name: metadata.name,
      selector: (spec as { selector: { app: string } }).selector.app,
      port: (spec as { ports: [{ port: number; targetPort: string }] }).ports[0],
    }));

  it('lead each service to a port of a workload', () => {
    expect(services).toHaveLength(workloads.length);
    for (const { selector, template } of workloads) {
      const { app } = selector.matchLabels;
      expect(template.metadata.labels.app).toBe(app);
      const service = services.find((candidate) => candidate.selector === app);
      const [container] = template.spec.containers;
      expect(container.ports.map(({ name }) => name)).toContain(service?.port.targetPort);
    }
  });

  it('give the application the URL of the Redis beside it, and probes that its own port answers', () => {
    const shop = workloads.flatMap(({ template }) => template.spec.containers).find(({ env }) => env);
    const env = Object.fromEntries(shop?.env?.map(({ name, value }) => [name, value]) ?? []);
    const { hostname, port } = new URL(env['REDIS_URL'] ?? '');
    expect(services.find(({ name }) => name === hostname)?.port.port).toBe(Number(port));
    expect(shop?.ports).toEqual([{ name: 'http', containerPort: Number(env['PORT']) }]);
    expect(shop?.livenessProbe?.httpGet).toEqual({ path: '/livez', port: 'http' });
  });

  it('start a Redis that understands its arguments', async () => {
    const redis = workloads.flatMap(({ template }) => template.spec.containers).find(({ args }) => args);
    await expectToStart(redis?.args?.join(' ') ?? '');
  });
});

describe('the file for Compose', () => {
  const { services } = parse(readFileSync(join(root, 'examples/compose/compose.yaml'), 'utf8')) as {
    services: {
      app: { environment: Record<string, string>; healthcheck: { test: string[] }; ports: string[] };
      redis: { command: string };
    };
  };

  it('gives the application the name of the Redis beside it', () => {
    const { PORT, REDIS_URL = '' } = services.app.environment;
    expect(Object.keys(services)).toContain(new URL(REDIS_URL).hostname);
    expect(services.app.ports).toEqual([`${PORT}:${PORT}`]);
  });

  it('starts a Redis that understands its arguments', () => expectToStart(services.redis.command));

  it.each([
    { status: 200, code: 0 },
    { status: 503, code: 1 },
  ])('has a health check that ends with $code after $status', async ({ status, code }) => {
    const server = createServer((request, response) => {
      response.writeHead(request.url === '/livez' ? status : 404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    const { port } = server.address() as { port: number };
    const [, node, ...args] = services.app.healthcheck.test;
    expect(node).toBe('node');
    const ended = await new Promise<number | null>((resolve) => {
      const asked = args.map((arg) => arg.replace('3000', String(port)));
      execFile(process.execPath, asked).once('exit', resolve);
    });
    server.close();
    expect(ended).toBe(code);
  });
});

/**
 * Starts a server with the arguments of a command line, such as `redis-server --appendonly yes`.
 * `redis-server --appendonly yes`.
 */
async function expectToStart(line: string): Promise<void> {
  const config = Object.fromEntries(
    Array.from(line.matchAll(/--(\S+) (\S+)/g), ([, name = '', value = '']) => [name, value]),
  );
  expect(Object.keys(config)).toContain('appendonly');
  await using server = await startRedis({ config });
  expect(await server.command('CONFIG', 'GET', 'appendonly')).toEqual(['appendonly', 'yes']);
}
