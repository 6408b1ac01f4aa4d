export {
  RedisStatusPageModule,
  type RedisStatusPageAsyncOptions,
} from './status-page/adapters/redis-status-page.module.ts';
export type { StatusPageOptions } from './status-page/options.ts';
