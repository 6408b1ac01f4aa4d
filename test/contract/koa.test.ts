import Koa from 'koa';
import { describeAdapter } from './adapter-contract.ts';
import { koaAdapter } from './koa-app.ts';

describeAdapter('Koa 3', koaAdapter(Koa));
