import { defineConfig } from 'vitepress';
import { breakableNames } from './breakable-names.ts';
import { writePackagePages } from './package-pages.ts';
import { repositoryLinks } from './site-path.ts';

writePackagePages();

/** The site is made of the pages in this folder, and of what the packages say of themselves. */
export default defineConfig({
  title: 'Redis Resilience',
  description: 'Keeps a Node application running while Redis is down, slow, frozen or moving.',
  cleanUrls: true,
  lastUpdated: false,
  // A page that is not in the sidebar leads back to the one that lists it, and not on to the first page of all.
  transformPageData: ({ relativePath, frontmatter }) => {
    const listed = listedBy(relativePath);
    if (listed !== undefined) Object.assign(frontmatter, { prev: listed, next: false });
  },
  head: [['link', { rel: 'icon', href: '/icon.svg' }]],
  markdown: {
    config: (markdown) => void markdown.use(repositoryLinks).use(breakableNames),
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Start', link: '/start/express' },
      { text: 'Guides', link: '/guides/cache' },
      { text: 'Reference', link: '/reference/options' },
      { text: 'Questions', link: '/questions' },
    ],
    sidebar: [
      section('Start', 'start', {
        express: 'Express',
        koa: 'Koa',
        nest: 'Nest',
        next: 'Next',
        worker: 'Worker',
        'existing-application': 'Existing application',
      }),
      section('How it works', 'how-it-works', {
        'an-outage': 'An outage, second by second',
        'status-and-circuits': 'Status and circuits',
        outcomes: 'Outcomes',
        connecting: 'Connecting',
        'the-code': 'Where the code is',
      }),
      section('Guides', 'guides', {
        cache: 'Cache',
        sessions: 'Sessions',
        queues: 'Queues',
        'rate-limits': 'Rate limits',
        locks: 'Locks',
        outbox: 'Outbox',
        leases: 'Leases and transactions',
        'pub-sub': 'Pub/Sub and Socket.IO',
        libraries: 'The libraries on top',
        health: 'Health and probes',
        observability: 'Logs, metrics, traces',
        shutdown: 'Shutting down',
        rehearsal: 'Rehearse an outage',
        testing: 'Testing your application',
        tuning: 'Deadlines and budgets',
        sentinel: 'Sentinel',
        cluster: 'Cluster',
        'second-database': 'A second database',
        credentials: 'TLS and credentials',
        processes: 'Processes and functions',
        production: 'Going to production',
        mistakes: 'Mistakes and their messages',
      }),
      section('Where Redis runs', 'where', {
        index: 'Overview',
        docker: 'Docker and Compose',
        kubernetes: 'Kubernetes',
        elasticache: 'ElastiCache and MemoryDB',
        azure: 'Azure',
        memorystore: 'Memorystore',
        upstash: 'Upstash',
        heroku: 'Heroku',
        'redis-cloud': 'Redis Cloud',
        valkey: 'Valkey',
      }),
      section('Coming from', 'coming-from', {
        ioredis: 'ioredis',
        breakers: 'opossum, cockatiel',
        'node-redis': 'node-redis',
        cacheable: 'cacheable, Keyv',
        'nestjs-redis': '@songkeys/nestjs-redis',
        leaving: 'Leaving again',
      }),
      section('Reference', 'reference', {
        options: 'Options',
        events: 'Events and channels',
        causes: 'Causes',
        'errors/index': 'Error codes',
        compatibility: 'Compatibility',
        'packages/core': 'core',
        'packages/express': 'express',
        'packages/koa': 'koa',
        'packages/nestjs': 'nestjs',
        'packages/fallback': 'fallback',
        'packages/node-redis': 'node-redis',
        'packages/telemetry': 'telemetry',
        'packages/doctor': 'doctor',
        'packages/cli': 'cli',
        'packages/testing': 'testing',
      }),
    ],
  },
});

function section(text: string, folder: string, pages: Readonly<Record<string, string>>) {
  const items = Object.entries(pages).map(([page, title]) => ({
    text: title,
    link: `/${folder}/${page}`.replace(/\/index$/, '/'),
  }));
  return { text, items };
}

function listedBy(page: string): { readonly text: string; readonly link: string } | undefined {
  if (/^reference\/errors\/(?!index)/.test(page)) return { text: 'Error codes', link: '/reference/errors/' };
  const [, name] = /^reference\/packages\/(core|doctor|fallback)-/.exec(page) ?? [];
  return name === undefined ? undefined : { text: name, link: `/reference/packages/${name}` };
}
