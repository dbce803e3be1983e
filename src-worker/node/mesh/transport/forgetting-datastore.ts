/** A datastore that stores nothing: for services that would otherwise store what strangers send. */
import type { kadDHT } from '@libp2p/kad-dht';

type Datastore = Parameters<ReturnType<typeof kadDHT>>[0]['datastore'];
type Key = Parameters<Datastore['put']>[0];
type Pair = { readonly key: Key; readonly value: Uint8Array };
type Source<T> = Iterable<T> | AsyncIterable<T>;

export const forgettingDatastore: Datastore = {
  put: (key) => key,
  get: (key) => {
    throw notFound(key);
  },
  has: () => false,
  delete: () => {},
  async *putMany(source: Source<Pair>) {
    for await (const { key } of source) {
      yield key;
    }
  },
  getMany: () => {
    throw notFound('any');
  },
  async *deleteMany(source: Source<Key>) {
    yield* source;
  },
  batch: () => ({ put: () => {}, delete: () => {}, commit: () => {} }),
  async *query() {},
  async *queryKeys() {},
};

/** The error with the name of interface-store's: services tell "not found" from "broken" by that name. */
function notFound(key: Key | string): Error {
  return Object.assign(new Error(`${key.toString()} is not stored`), { name: 'NotFoundError' });
}
