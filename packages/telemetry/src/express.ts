export { redisStatusPage, type StatusPageMiddleware } from './status-page/adapters/express-status-page.ts';
export type { StatusPageOptions } from './status-page/options.ts';
