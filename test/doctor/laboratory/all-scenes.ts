import type { Scene } from './laboratory.ts';
import { addresses } from './scenes/addresses.ts';
import { applications } from './scenes/applications.ts';
import { clusters } from './scenes/clusters.ts';
import { disks } from './scenes/disks.ts';
import { encryption } from './scenes/encryption.ts';
import { logins } from './scenes/logins.ts';
import { networks } from './scenes/networks.ts';
import { peers } from './scenes/peers.ts';
import { sentinels } from './scenes/sentinels.ts';
import { settings } from './scenes/settings.ts';
import { states } from './scenes/states.ts';

/** All groups of conditions, those that take longest first. */
export const allScenes: ReadonlyMap<string, Scene> = new Map<string, Scene>([
  ['network', networks],
  ['cluster', clusters],
  ['sentinel', sentinels],
  ['address', addresses],
  ['tls', encryption],
  ['peer', peers],
  ['login', logins],
  ['state', states],
  ['disk', disks],
  ['settings', settings],
  ['application', applications],
]);
