export { createStatusPage, type StatusPage } from './status-page/status-page.ts';
export type { StatusPageOptions } from './status-page/options.ts';
