export {
  ResilientRedisServer,
  type ResilientRedisServerOptions,
} from './microservices/resilient-redis.server.ts';
export {
  ResilientRedisClient,
  type ResilientRedisClientOptions,
} from './microservices/resilient-redis.client.ts';
