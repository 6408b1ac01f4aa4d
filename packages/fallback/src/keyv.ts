export { createKeyvStore, KeyvStore, type KeyvStoreOptions } from './keyv/keyv-store.ts';
