export { redisStatusPage, type StatusPageMiddleware } from './status-page/express-status-page.ts';
export type { StatusPageOptions } from './status-page/options.ts';
