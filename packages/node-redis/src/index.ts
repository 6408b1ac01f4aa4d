export {
  createNodeRedisClient,
  type DefaultProtocol,
  type NodeRedisClientOptions,
} from './create-node-redis-client.ts';
