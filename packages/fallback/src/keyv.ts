export { createKeyvStore, type KeyvStore, type KeyvStoreOptions } from './keyv/keyv-store.ts';
