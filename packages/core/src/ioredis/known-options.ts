/** How protection treats an ioredis option. */
export type OptionFate =
  /** The option has the effect that the documentation of ioredis describes. */
  | { readonly kind: 'kept'; readonly note?: string }
  /** The option has no effect; the note says what takes its place. */
  | { readonly kind: 'taken over'; readonly note: string }
  /** The option is rejected with a ConfigurationError. */
  | { readonly kind: 'refused'; readonly note: string };

type Fates = Readonly<Record<string, OptionFate>>;

const inOneWrite = 'commands issued in the same turn of the event loop are sent in one write anyway';

// The options of ioredis 5.6 to 6. A test compares the names with the declarations of each installed version.

/** The options of an ioredis client for a single server. */
export const redisOptionFates: Fates = {
  ...kept(
    'host port path family tls db protocol replyMapping lazyConnect monitor readOnly stringNumbers keyPrefix',
  ),
  ...kept('connectionName disableClientInfo clientInfoTag showFriendlyErrorStack scripts himportFieldsets'),
  ...kept('blockingTimeout blockingTimeoutGrace offlineQueue commandQueue'),
  ...kept('username password', 'overridden by `connection.credentials` and `reauthenticate`, if used'),
  ...kept('commandTimeout', 'becomes the default of `timeoutMs`'),
  ...takenOver(
    'connectTimeout disconnectTimeout',
    '`connection.handshakeTimeoutMs`, and the schedule of connection attempts',
  ),
  ...takenOver(
    'socketTimeout',
    '`connection.minStallMs` and `maxStallMs`: a second connection first checks whether the server works',
  ),
  ...takenOver('keepAlive noDelay', '`connection.keepAliveMs`; `noDelay` is always on'),
  ...takenOver(
    'retryStrategy maxLoadingRetryTime',
    '`connection.minPeriodMs` and `maxPeriodMs`: paced connection attempts',
  ),
  ...takenOver('reconnectOnError', 'each error reply is handled according to its meaning'),
  ...takenOver('maxRetriesPerRequest autoResendUnfulfilledCommands', '`retry`: no write silently runs twice'),
  ...takenOver('enableOfflineQueue', '`admission`: calls wait, limited in time, number and bytes'),
  ...takenOver('enableReadyCheck', 'each connection is verified before the client uses it'),
  ...takenOver(
    'autoResubscribe',
    'subscriptions are restored, and a `gap` event reports how long they were lost',
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
    'the schedule of connection attempts',
  ),
};

/** The options of an ioredis cluster client. */
export const clusterOptionFates: Fates = {
  ...kept('redisOptions', 'each option is treated as for a single client'),
  ...kept('scaleReads shardedSubscribers useSRVRecords resolveSrv dnsLookup natMap lazyConnect keyPrefix'),
  ...kept(
    'slotsRefreshInterval retryDelayOnMoved retryDelayOnTryAgain showFriendlyErrorStack scripts himportFieldsets',
  ),
  ...kept(
    'slotsRefreshTimeout',
    'applies to the reply of one node; connecting has its own limit, and a distant node gets more time',
  ),
  ...kept('maxRedirections', 'applies to each attempt of a call'),
  ...takenOver('clusterRetryStrategy clusterNodeRetryStrategy', '`connection.minPeriodMs` and `maxPeriodMs`'),
  ...takenOver('retryDelayOnFailover retryDelayOnClusterDown', 'a call waits for the node that it needs'),
  ...takenOver('enableOfflineQueue', '`admission`: calls wait, limited in time, number and bytes'),
  ...kept(
    'enableReadyCheck',
    'the client emits `ready` when a node reports that the cluster is up; calls need not wait for that',
  ),
  ...takenOver('enableAutoPipelining autoPipeliningIgnoredCommands', inOneWrite),
};

/** The options of each sentinel in the list. */
const sentinelOptionFates: Fates = kept('host port family');

export const redisOptionNames: readonly string[] = [
  ...Object.keys(redisOptionFates),
  ...Object.keys(sentinelClientOptionFates),
];
export const sentinelOptionNames: readonly string[] = Object.keys(sentinelOptionFates);
export const clusterOptionNames: readonly string[] = Object.keys(clusterOptionFates);

/** The options that determine where a single client connects, as which user, and under which name. */
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
