/**
 * A bounded datastore for libp2p's peer data. Its own datastore keeps every peer that ever connected for hours, with up to
 * 80 KB that the peer sent, so strangers with ever new keys could fill the memory. The addresses for this node's next start
 * are in address-book.ts.
 */
import type { Libp2pInit } from 'libp2p';
import { forgettingDatastore } from './forgetting-datastore.ts';

type Datastore = NonNullable<Libp2pInit['datastore']>;
type Key = Parameters<Datastore['put']>[0];
type Pair = { readonly key: Key; readonly value: Uint8Array };

/** An honest peer takes a kilobyte or two; a larger entry than this is not stored at all. */
const maxEntryBytes = 32 * 1024;
const maxBytes = 16 * 1024 * 1024;

/** Approximate memory of an entry beside its bytes. */
const entryBytes = 500;

/** Keeps the entries written last, and always those that `isOwn`: identify sends this node's own entry to peers. */
export function boundedDatastore(isOwn: (key: string) => boolean, limit = maxBytes): Datastore {
  const entries = new Map<string, Pair>();
  let bytes = 0;
  const remove = (name: string): void => {
    const value = entries.get(name)?.value;
    if (value !== undefined) {
      bytes -= value.byteLength + entryBytes;
      entries.delete(name);
    }
  };
  const datastore: Pick<Datastore, 'has' | 'get' | 'put' | 'delete' | 'query' | 'queryKeys'> = {
    has: (key) => entries.has(key.toString()),
    get: (key) => entries.get(key.toString())?.value ?? forgettingDatastore.get(key),
    put: (key, value) => {
      const name = key.toString();
      remove(name);
      if (value.byteLength <= maxEntryBytes || isOwn(name)) {
        entries.set(name, { key, value });
        bytes += value.byteLength + entryBytes;
      }
      for (const oldest of entries.keys()) {
        if (bytes <= limit) {
          break;
        }
        if (!isOwn(oldest)) {
          remove(oldest);
        }
      }
      return key;
    },
    delete: (key) => remove(key.toString()),
    *query({ prefix = '', filters = [], orders = [], offset = 0, limit: most }) {
      const found = [...entries.values()].filter(
        (pair) => pair.key.toString().startsWith(prefix) && filters.every((fits) => fits(pair)),
      );
      const sorted = orders.reduce((list, order) => list.toSorted(order), found);
      yield* sorted.slice(offset, most === undefined ? undefined : offset + most);
    },
    *queryKeys({ prefix = '', filters = [], orders = [], offset = 0, limit: most }) {
      const found = [...entries.values()]
        .map(({ key }) => key)
        .filter((key) => key.toString().startsWith(prefix) && filters.every((fits) => fits(key)));
      const sorted = orders.reduce((list, order) => list.toSorted(order), found);
      yield* sorted.slice(offset, most === undefined ? undefined : offset + most);
    },
  };
  return { ...forgettingDatastore, ...datastore, ...many(datastore) };
}

/** The same for several keys at once. */
function many({
  get,
  put,
  delete: remove,
}: Pick<Datastore, 'get' | 'put' | 'delete'>): Pick<
  Datastore,
  'putMany' | 'getMany' | 'deleteMany' | 'batch'
> {
  return {
    async *putMany(source) {
      for await (const { key, value } of source) {
        await put(key, value);
        yield key;
      }
    },
    async *getMany(source) {
      for await (const key of source) {
        yield { key, value: await get(key) };
      }
    },
    async *deleteMany(source) {
      for await (const key of source) {
        await remove(key);
        yield key;
      }
    },
    batch: () => {
      const steps: (() => unknown)[] = [];
      return {
        put: (key, value) => void steps.push(() => put(key, value)),
        delete: (key) => void steps.push(() => remove(key)),
        commit: async () => {
          for (const step of steps.splice(0)) {
            await step();
          }
        },
      };
    },
  };
}
