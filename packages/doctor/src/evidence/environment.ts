import { accessSync, constants } from 'node:fs';

/** Environment variables of this process that affect how TLS connections are made. */
export interface EnvironmentEvidence {
  /** Whether NODE_TLS_REJECT_UNAUTHORIZED is 0, so that the process accepts every certificate. */
  readonly acceptsEveryCertificate: boolean;
  /** The path in NODE_EXTRA_CA_CERTS, if the file cannot be read. Node then ignores the variable. */
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
