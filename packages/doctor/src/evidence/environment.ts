import { accessSync, constants } from 'node:fs';

/** Environment variables of this process that affect how TLS connections are made. */
export interface EnvironmentEvidence {
  /** NODE_TLS_REJECT_UNAUTHORIZED=0: the process does not check any certificate. */
  readonly acceptsEveryCertificate: boolean;
  /** NODE_EXTRA_CA_CERTS names a file that cannot be read; Node continues without it. */
  readonly unreadableAuthorities: string | undefined;
}

export function gatherEnvironment(env: Readonly<Record<string, string | undefined>>): EnvironmentEvidence {
  const authorities = env['NODE_EXTRA_CA_CERTS'];
  return {
    acceptsEveryCertificate: env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0',
    unreadableAuthorities: authorities && !isReadable(authorities) ? authorities : undefined,
  };
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
