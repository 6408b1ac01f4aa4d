import { error, info, warning } from '../../finding.ts';
import { onAll } from '../rule.ts';
import { command } from '../command.ts';

/** Reports problems with the URL, the application's credentials function and the environment variables. */
export const environmentRule = onAll(({ environment, target, credentialsError }) => {
  const found = [];
  if (credentialsError !== undefined) {
    found.push(
      error(
        'credentials',
        'The credentials provider of the application failed or took too long.',
        { error: credentialsError },
        'Call the provider on its own and look at the error it throws.',
      ),
    );
  }
  if (environment.unreadableAuthorities !== undefined && target.tls !== undefined) {
    found.push(
      warning(
        'environment',
        'NODE_EXTRA_CA_CERTS names a file that cannot be read, so its authorities are not trusted.',
        { file: environment.unreadableAuthorities },
        command`ls -l ${environment.unreadableAuthorities}`,
      ),
    );
  }
  if (environment.acceptsEveryCertificate && target.tls !== undefined) {
    found.push(
      warning(
        'tls-unverified',
        'NODE_TLS_REJECT_UNAUTHORIZED=0 makes the whole process accept every certificate.',
        {},
        'unset NODE_TLS_REJECT_UNAUTHORIZED',
      ),
    );
  }
  if (target.hasNameOnly) {
    found.push(
      info(
        'environment',
        'The URL has a user name but no password; a password alone is written with a colon before it.',
        {},
        'Write redis://:PASSWORD@host:port, or redis://USER:PASSWORD@host:port.',
      ),
    );
  }
  return found;
});
