// Of ioredis 5.6 to 6. A test compares them with the declarations of each installed version.

/** The options of a single client of ioredis, of Sentinel and of its TLS. */
export const redisOptionNames: readonly string[] = words(`
  host port path family tls username password db protocol replyMapping sentinels name role
  preferredSlaves natMap updateSentinels failoverDetector sentinelUsername sentinelPassword sentinelTLS
  enableTLSForSentinelMode sentinelRetryStrategy sentinelReconnectStrategy sentinelCommandTimeout
  sentinelMaxConnections connectTimeout disconnectTimeout commandTimeout socketTimeout keepAlive noDelay
  blockingTimeout blockingTimeoutGrace maxRetriesPerRequest maxLoadingRetryTime retryStrategy
  reconnectOnError autoResubscribe autoResendUnfulfilledCommands enableOfflineQueue enableReadyCheck
  lazyConnect offlineQueue commandQueue monitor enableAutoPipelining autoPipeliningIgnoredCommands
  readOnly stringNumbers keyPrefix connectionName disableClientInfo clientInfoTag showFriendlyErrorStack
  Connector scripts himportFieldsets
`);

/** Of those, the options that say where a client connects to, as which user, and under which name. */
export const placeOptionNames: readonly string[] = words(`
  host port path family tls username password db sentinels name role preferredSlaves natMap updateSentinels
  sentinelUsername sentinelPassword sentinelTLS enableTLSForSentinelMode connectionName readOnly
`);

/** The options of each sentinel. */
export const sentinelOptionNames: readonly string[] = ['host', 'port', 'family'];

/** The options of a Cluster of ioredis. */
export const clusterOptionNames: readonly string[] = words(`
  redisOptions clusterRetryStrategy clusterNodeRetryStrategy scaleReads maxRedirections
  retryDelayOnFailover retryDelayOnClusterDown retryDelayOnTryAgain retryDelayOnMoved slotsRefreshTimeout
  slotsRefreshInterval shardedSubscribers useSRVRecords resolveSrv dnsLookup natMap lazyConnect
  enableOfflineQueue enableReadyCheck keyPrefix enableAutoPipelining autoPipeliningIgnoredCommands
  showFriendlyErrorStack scripts himportFieldsets
`);

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
