import { createRequire } from 'node:module';
import type Koa from 'koa';
import { describeAdapter } from './adapter-contract.ts';
import { koaAdapter } from './koa-app.ts';

const Koa2 = createRequire(import.meta.url)('koa-2') as typeof Koa;

describeAdapter('Koa 2', koaAdapter(Koa2));
