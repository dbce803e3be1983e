/** The events that a host would send of a snapshot to a watcher of its topics. */
import type { HostSnapshot } from '../../../src-shared/api/snapshot.ts';

/** @param id number of the request to watch */
export function snapshotEvents(id: number, snapshot: HostSnapshot): object[] {
  const { duty, node, imports, ...app } = snapshot;
  const { shards = null, peers = null, models = null, downloads = null, ...itself } = node ?? {};
  const values = {
    app,
    duty,
    node: node === null ? null : itself,
    shards,
    peers,
    models,
    downloads,
    imports: imports ?? [],
  };
  return Object.entries(values).map(([topic, value]) => ({
    type: 'event',
    id,
    event: { topic, revision: 1, value },
  }));
}
