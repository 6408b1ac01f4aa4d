export {
  redisStatusPage,
  type StatusPageContext,
  type StatusPageMiddleware,
} from './status-page/adapters/koa-status-page.ts';
export type { StatusPageOptions } from './status-page/options.ts';
