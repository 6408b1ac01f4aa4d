import * as core from '@redis-resilience/core';
import * as kit from '@redis-resilience/core/kit';
import * as doctor from '@redis-resilience/doctor';
import * as express from '@redis-resilience/express';
import * as cache from '@redis-resilience/fallback/cache';
import * as keyv from '@redis-resilience/fallback/keyv';
import * as limits from '@redis-resilience/fallback/limits';
import * as locks from '@redis-resilience/fallback/locks';
import * as fallbackNestjs from '@redis-resilience/fallback/nestjs';
import * as outbox from '@redis-resilience/fallback/outbox';
import * as queues from '@redis-resilience/fallback/queues';
import * as sessions from '@redis-resilience/fallback/sessions';
import * as koa from '@redis-resilience/koa';
import * as nestjs from '@redis-resilience/nestjs';
import * as telemetryExpress from '@redis-resilience/telemetry/express';
import * as telemetryKoa from '@redis-resilience/telemetry/koa';
import * as telemetryNestjs from '@redis-resilience/telemetry/nestjs';
import * as opentelemetry from '@redis-resilience/telemetry/opentelemetry';
import * as prometheus from '@redis-resilience/telemetry/prometheus';
import * as statusPage from '@redis-resilience/telemetry/status-page';
import * as testing from '@redis-resilience/testing';
import * as history from '@redis-resilience/testing/history';
import type { FlowJob, JobsOptions } from 'bullmq';
import { Cluster, Redis } from 'ioredis';

const options: core.ResilienceOptions = { timeoutMs: 500 };
const made = core.createRedisResilience('redis://localhost:6379', options);
const taken = core.protect(new Redis({ lazyConnect: true }), options);
const clustered = core.protect(new Cluster([{ host: 'localhost' }]));

/** The types of the clients come from the ioredis that the application has installed. */
export const redis: Redis = made.client;
export const same: Redis = taken.client;
export const cluster: Cluster = clustered.client;
export const duplicate: Redis = made.client.duplicate();
export const any: readonly core.RedisResilience[] = [made, taken, clustered];

export const stock: Promise<string | null> = made.execute((client) => client.get('stock'));
/** `JobAdder` and `FlowAdder` accept the same jobs and flows as BullMQ. */
export const jobs = (adder: queues.JobAdder, options: JobsOptions) => adder.add('mail', {}, options);
export const flows = (adder: queues.FlowAdder, flow: FlowJob) => adder.add(flow);
export const album = (adder: queues.FlowAdder) =>
  adder.add({ name: 'album', queueName: 'albums', prefix: 'shop', children: [] });

export const guards = [express.redisGuard({ resilience: made }), koa.redisGuard({ resilience: taken })];
export const modules = [
  nestjs.RedisResilienceModule.forRoot({ url: 'redis://localhost:6379' }),
  fallbackNestjs,
  telemetryNestjs,
];
export const others = [
  kit,
  doctor,
  cache,
  keyv,
  limits,
  locks,
  outbox,
  queues,
  sessions,
  telemetryExpress,
  telemetryKoa,
  opentelemetry,
  prometheus,
  statusPage,
  testing,
  history,
];
