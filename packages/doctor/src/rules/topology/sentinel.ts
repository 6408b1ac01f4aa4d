import { error, warning, type Finding } from '../../finding.ts';
import { onAll } from '../rule.ts';
import { command } from '../command.ts';

/** Reports that the sentinels do not know the primary, disagree about it, or are too few for a failover. */
export const sentinelRule = onAll(({ sentinelViews, target }) => {
  if (target.kind !== 'sentinel' || sentinelViews.length === 0) return undefined;
  const found: Finding[] = [];
  const knowing = sentinelViews.filter(({ primary }) => primary !== undefined);
  const first = sentinelViews[0];
  if (knowing.length === 0 && first !== undefined) {
    return error(
      'sentinel-unknown-primary',
      'The sentinels answer but do not watch a primary of this name.',
      {
        name: target.primaryName ?? '',
        known: [...new Set(sentinelViews.flatMap(({ knownNames }) => knownNames))],
      },
      command`redis-cli -h ${target.endpoints[0]?.host} -p ${target.endpoints[0]?.port} SENTINEL MASTERS`,
    );
  }
  const named = new Set(knowing.map(({ primary }) => `${primary?.host}:${primary?.port}`));
  const facts = { sentinels: sentinelViews.length, primaries: [...named] };
  const ask = command`redis-cli -h ${target.endpoints[0]?.host} -p ${target.endpoints[0]?.port} SENTINEL`;
  if (named.size > 1) {
    const message =
      'The sentinels name different primaries: a failover is under way, or they cannot see each other.';
    found.push(warning('sentinel-quorum', message, facts, `${ask} MASTERS`));
  }
  const split = knowing.filter(({ quorumError }) => quorumError !== undefined);
  if (split.length > 0) {
    found.push(
      warning(
        'sentinel-quorum',
        'Too few sentinels see each other to agree on a failover: if the primary fails, no replica takes its place.',
        {
          ...facts,
          quorum: split[0]?.quorum ?? 0,
          answering: sentinelViews.length,
          otherSentinels: split[0]?.otherSentinels ?? 0,
        },
        `${ask} ${command`CKQUORUM ${target.primaryName}`}`,
      ),
    );
  }
  return found;
});

/** Reports that the doctor cannot connect to the primary, although the sentinels do not consider it down. */
export const announcedAddressRule = onAll(({ sentinelViews, nodes, target }) => {
  if (target.kind !== 'sentinel') return undefined;
  const primary = nodes.find(({ part }) => part === 'primary');
  const view = sentinelViews.find(({ primary: named }) => named !== undefined);
  if (primary === undefined || view === undefined || primary.tcp?.connectedTo !== undefined) return undefined;
  if (/down/.test(view.flags)) return undefined;
  return warning(
    'unreachable-part',
    'The sentinels reach the primary at the address they announce, but this machine does not.',
    { announced: primary.label, flags: view.flags },
    'Set sentinel announce-ip and replica-announce-ip, or the option natMap of the client.',
  );
});
