import { info, warning } from '../../finding.ts';
import { onAll } from '../rule.ts';

/** Reports commands that were sent on the client that all callers share, but need a connection of their own. */
export const unleasedCommandsRule = onAll(({ application }) => {
  const { watch = false, blocking = false } = application?.shared ?? {};
  return [
    ...(watch
      ? [
          warning(
            'shared-watch',
            'WATCH was called on the client that all callers share: the EXEC of another caller ends it, and yours then runs even ' +
              'if the key has changed.',
            {},
            'Write resilience.transaction([key], async (tx) => tx.commit((multi) => [multi.incr(key)])).',
          ),
        ]
      : []),
    ...(blocking
      ? [
          info(
            'shared-blocking',
            'A blocking command was called on the client that all callers share: those behind it wait.',
            {},
            "Write resilience.lease((client) => client.blpop('jobs', 5)), or use a duplicate.",
          ),
        ]
      : []),
  ];
});
