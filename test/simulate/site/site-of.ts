import type { ServerParts } from '../server/simulated-server.ts';
import { databasesSite } from './databases-site.ts';
import { SentinelSite } from './sentinel-site.ts';
import { singleSite } from './single-site.ts';
import type { Shape, Site } from './site.ts';

export function siteOf(shape: Shape, parts: ServerParts): Site {
  switch (shape) {
    case 'single':
      return singleSite(parts);
    case 'sentinel':
      return new SentinelSite(parts);
    case 'databases':
      return databasesSite(parts);
    default:
      return shape satisfies never;
  }
}
