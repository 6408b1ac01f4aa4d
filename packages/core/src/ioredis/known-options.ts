/** How protection treats an ioredis option. */
export type OptionFate =
  /** The option works as in ioredis. */
  | { readonly kind: 'kept'; readonly note?: string }
  /** The option has no effect; the note names its replacement. */
  | { readonly kind: 'taken over'; readonly note: string }
  /** The option is rejected with a ConfigurationError. */
  | { readonly kind: 'refused'; readonly note: string };

type Fates = Readonly<Record<string, OptionFate>>;

const inOneWrite = 'the commands of one turn of the event loop leave in one write anyway';

// The options of ioredis 5.6 to 6. A test compares the names with the declarations of each installed version.

/** The options of an ioredis client for a single server. */
export const redisOptionFates: Fates = {
  ...kept(
    'host port path family tls db protocol replyMapping lazyConnect monitor readOnly stringNumbers keyPrefix',
  ),
  ...kept('connectionName disableClientInfo clientInfoTag showFriendlyErrorStack scripts himportFieldsets'),
  ...kept('blockingTimeout blockingTimeoutGrace offlineQueue commandQueue'),
  ...kept('username password', '`connection.credentials` and `reauthenticate` take their place where given'),
  ...kept('commandTimeout', 'it is the default of `timeoutMs`'),
  ...takenOver(
    'connectTimeout disconnectTimeout',
    '`connection.handshakeTimeoutMs`, and the pace of dialing',
  ),
  ...takenOver('socketTimeout', '`connection.minStallMs` and `maxStallMs`: a second connection asks first'),
  ...takenOver('keepAlive noDelay', '`connection.keepAliveMs`; packets are never delayed'),
  ...takenOver(
    'retryStrategy maxLoadingRetryTime',
    '`connection.minPeriodMs` and `maxPeriodMs`: paced dialing',
  ),
  ...takenOver('reconnectOnError', 'the meaning of each error reply is known'),
  ...takenOver(
    'maxRetriesPerRequest autoResendUnfulfilledCommands',
    '`retry`: no write runs twice unnoticed',
  ),
  ...takenOver('enableOfflineQueue', '`admission`: calls wait, bounded in time, number and bytes'),
  ...takenOver('enableReadyCheck', 'each connection is verified before the client gets it'),
  ...takenOver(
    'autoResubscribe',
    'subscriptions are restored, and a `gap` event tells for how long they were away',
  ),
  ...takenOver('enableAutoPipelining autoPipeliningIgnoredCommands', inOneWrite),
  ...refused('Connector', 'every socket is made and verified by the protection'),
};

/** The options of an ioredis client behind Sentinel. */
export const sentinelClientOptionFates: Fates = {
  ...kept('sentinels name role preferredSlaves natMap updateSentinels'),
  ...kept('sentinelUsername sentinelPassword sentinelTLS enableTLSForSentinelMode'),
  ...takenOver(
    'failoverDetector sentinelMaxConnections',
    'a failover is followed as soon as one sentinel reports it',
  ),
  ...takenOver(
    'sentinelRetryStrategy sentinelReconnectStrategy sentinelCommandTimeout',
    'the pace of dialing',
  ),
};

/** The options of an ioredis cluster client. */
export const clusterOptionFates: Fates = {
  ...kept('redisOptions', 'each option as for a single client'),
  ...kept('scaleReads shardedSubscribers useSRVRecords resolveSrv dnsLookup natMap lazyConnect keyPrefix'),
  ...kept(
    'slotsRefreshInterval retryDelayOnMoved retryDelayOnTryAgain showFriendlyErrorStack scripts himportFieldsets',
  ),
  ...kept(
    'slotsRefreshTimeout',
    'for the answer of one node; connecting has its own time, and a distant node more',
  ),
  ...kept('maxRedirections', 'for each attempt of a call'),
  ...takenOver('clusterRetryStrategy clusterNodeRetryStrategy', '`connection.minPeriodMs` and `maxPeriodMs`'),
  ...takenOver('retryDelayOnFailover retryDelayOnClusterDown', 'a call waits for the node that it needs'),
  ...takenOver('enableOfflineQueue', '`admission`: calls wait, bounded in time, number and bytes'),
  ...takenOver(
    'enableReadyCheck',
    'nodes that say CLUSTERDOWN are asked until they say that the cluster is up',
  ),
  ...takenOver('enableAutoPipelining autoPipeliningIgnoredCommands', inOneWrite),
};

/** The options of each sentinel. */
export const sentinelOptionFates: Fates = kept('host port family');

export const redisOptionNames: readonly string[] = [
  ...Object.keys(redisOptionFates),
  ...Object.keys(sentinelClientOptionFates),
];
export const sentinelOptionNames: readonly string[] = Object.keys(sentinelOptionFates);
export const clusterOptionNames: readonly string[] = Object.keys(clusterOptionFates);

/** The options of a single client that determine where it connects, as which user, and under which name. */
export const placeOptionNames: readonly string[] = [
  ...'host port path family tls username password db connectionName readOnly'.split(' '),
  ...'sentinels name role preferredSlaves natMap updateSentinels sentinelUsername sentinelPassword'.split(
    ' ',
  ),
  ...'sentinelTLS enableTLSForSentinelMode'.split(' '),
];

function kept(names: string, note?: string): Fates {
  return fates(names, note === undefined ? { kind: 'kept' } : { kind: 'kept', note });
}

function takenOver(names: string, note: string): Fates {
  return fates(names, { kind: 'taken over', note });
}

function refused(names: string, note: string): Fates {
  return fates(names, { kind: 'refused', note });
}

function fates(names: string, fate: OptionFate): Fates {
  return Object.fromEntries(names.split(' ').map((name) => [name, fate]));
}
