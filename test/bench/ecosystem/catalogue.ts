import { applicationFaults, type Fault } from './fault.js';
import type { Subject, Way } from './subject.js';

/** A row of the table: one library, and the module that runs it. */
export interface Row {
  readonly name: string;
  readonly label: string;
  /** The npm packages whose versions the table shows. */
  readonly packages: readonly string[];
  /** The ways to connect that this library does not have, each with the reason. */
  readonly without?: Partial<Record<Way, string>>;
  /** Names of the faults of the row. @default those of its table */
  readonly faults?: readonly Fault[];
  load(): Promise<Subject>;
}

const bullmq = () => import('./subjects/bullmq.js');
const nest = () => import('./subjects/nest.js');
const socketIo = () => import('./subjects/socket-io.js');
const subscriptions = () => import('./subjects/subscriptions.js');
const sessions = () => import('./subjects/sessions.js');
const limits = () => import('./subjects/limits.js');
const caches = () => import('./subjects/caches.js');
const front = () => import('./subjects/node-redis-front.js');
const crowds = () => import('./subjects/crowds.js');
const itself = { helper: 'the protected client is all it needs' } as const;

export const rows: readonly Row[] = [
  row('bullmq-work', 'BullMQ 6: jobs', ['bullmq'], async () => (await bullmq()).work),
  row('bullmq-delayed', 'BullMQ 6: delayed jobs', ['bullmq'], async () => (await bullmq()).delayed),
  row('bullmq-schedulers', 'BullMQ 6: schedulers', ['bullmq'], async () => (await bullmq()).schedulers),
  row('bullmq-events', 'BullMQ 6: QueueEvents', ['bullmq'], async () => (await bullmq()).events),
  row('bullmq-flows', 'BullMQ 6: flows', ['bullmq'], async () => (await bullmq()).flows),
  row('bullmq-finished', 'BullMQ 6: waitUntilFinished', ['bullmq'], async () => (await bullmq()).finished),
  row('bullmq-5', 'BullMQ 5: jobs', ['bullmq-5'], async () => (await bullmq()).work5),
  row('nest-bullmq', '@nestjs/bullmq', ['@nestjs/bullmq'], async () => (await nest()).bullmq),
  row('bull-4', 'Bull 4', ['bull'], async () => (await import('./subjects/bull.js')).work),
  row(
    'nest-transport',
    'Nest microservice',
    ['@nestjs/microservices'],
    async () => (await nest()).transport,
    {
      'as-is': 'Nest makes its own clients',
    },
  ),
  row(
    'socket-io-adapter',
    'Socket.IO redis-adapter',
    ['@socket.io/redis-adapter'],
    async () => (await socketIo()).redisAdapter,
    itself,
  ),
  row(
    'socket-io-streams',
    'Socket.IO streams-adapter',
    ['@socket.io/redis-streams-adapter'],
    async () => (await socketIo()).streamsAdapter,
    itself,
  ),
  row(
    'socket-io-emitter',
    'Socket.IO emitter',
    ['@socket.io/redis-emitter'],
    async () => (await socketIo()).emitter,
    itself,
  ),
  row(
    'graphql',
    'graphql-redis-subscriptions',
    ['graphql-redis-subscriptions'],
    async () => (await subscriptions()).graphql,
    itself,
  ),
  row(
    'xreadgroup',
    'XREADGROUP by hand',
    ['ioredis'],
    async () => (await subscriptions()).streamGroup,
    itself,
  ),
  row(
    'connect-redis-10',
    'connect-redis 10',
    ['connect-redis'],
    async () => (await sessions()).connectRedis10,
  ),
  row(
    'connect-redis-9',
    'connect-redis 9',
    ['connect-redis-9'],
    async () => (await sessions()).connectRedis9,
  ),
  row('koa-session', 'koa-session', ['koa-session'], async () => (await sessions()).koa),
  row(
    'fastify-session',
    '@fastify/session',
    ['@fastify/session'],
    async () => (await sessions()).fastifySessions,
  ),
  row(
    'rate-limit-redis',
    'rate-limit-redis',
    ['rate-limit-redis'],
    async () => (await limits()).expressLimit,
  ),
  row(
    'rate-limiter-flexible',
    'rate-limiter-flexible',
    ['rate-limiter-flexible'],
    async () => (await limits()).flexible,
  ),
  row('nest-throttler', '@nestjs/throttler', ['@nestjs/throttler'], async () => (await nest()).throttler),
  row(
    'fastify-rate-limit',
    '@fastify/rate-limit',
    ['@fastify/rate-limit'],
    async () => (await limits()).fastifyRateLimit,
    itself,
  ),
  row('keyv-5', 'Keyv 5', ['keyv'], async () => (await caches()).keyv5),
  row('keyv-6', 'Keyv 6', ['keyv-6'], async () => (await caches()).keyv6),
  row('cache-manager', 'cache-manager', ['cache-manager'], async () => (await caches()).manager),
  row('cacheable', 'cacheable', ['cacheable'], async () => (await caches()).cacheable),
  row(
    'nest-cache',
    '@nestjs/cache-manager',
    ['@nestjs/cache-manager', '@keyv/redis'],
    async () => (await front()).nestCache,
  ),
  row('redis-om', 'redis-om', ['redis-om', 'redis'], async () => (await front()).redisOm, itself),
  row(
    'redlock',
    'redlock; createLocks',
    ['redlock'],
    async () => (await import('./subjects/locks.js')).redlock,
  ),
];

/** The rows of the option `--crowds`: the same libraries with many users, in shorter and longer outages. */
export const crowdRows: readonly Row[] = [
  row(
    'crowd-socket-io',
    'Socket.IO, 500 visitors',
    ['socket.io', '@socket.io/redis-adapter'],
    async () => (await crowds()).socketIo,
    itself,
  ),
  row(
    'crowd-nest',
    'Nest microservice, 200 requests/s',
    ['@nestjs/microservices'],
    async () => (await crowds()).nestService,
    { 'as-is': 'Nest makes its own clients' },
  ),
  row(
    'crowd-stream',
    'XREADGROUP, 200 entries/s',
    ['ioredis'],
    async () => (await crowds()).streamLoop,
    itself,
  ),
  {
    ...row(
      'crowd-six',
      'Six libraries on node-redis, 350 requests/s',
      ['redis', 'connect-redis', 'rate-limit-redis', '@keyv/redis', '@socket.io/redis-adapter', 'redis-om'],
      async () => (await import('./subjects/six-libraries.js')).sixLibraries,
      itself,
    ),
    faults: applicationFaults.map(({ name }) => name),
  },
  row('crowd-delayed', 'BullMQ 6: delayed jobs', ['bullmq'], async () => (await bullmq()).delayed),
  row('crowd-schedulers', 'BullMQ 6: schedulers', ['bullmq'], async () => (await bullmq()).schedulers),
  row('crowd-flows', 'BullMQ 6: flows', ['bullmq'], async () => (await bullmq()).flows),
];

export function rowNamed(name: string): Row {
  const all = [...rows, ...crowdRows];
  const found = all.find((each) => each.name === name);
  if (found === undefined)
    throw new Error(`No row ${name}. There are: ${all.map((each) => each.name).join(', ')}`);
  return found;
}

function row(
  name: string,
  label: string,
  packages: string[],
  load: Row['load'],
  without?: Row['without'],
): Row {
  return { name, label, packages, load, ...(without && { without }) };
}

/** Loads the code that runs the library of a row. */
export function subjectOf(name: string): Promise<Subject> {
  return rowNamed(name).load();
}
