/**
 * A process that downloads layers from a web address, for tests that kill it. It is started by `fork` with a
 * library's folder, a model's id, the address and a limit in bytes per second; it reports its progress, and the path
 * of the shard.
 */
import { ModelLibrary } from '../../../src-worker/node/models/library.ts';
import { ModelDownloads } from '../../../src-worker/node/hosting/model-downloads.ts';
import { TokenBucket } from '../../../src-worker/node/base/token-bucket.ts';

const [folder = '', manifestId = '', url = '', limit = '', range = '{}'] = process.argv.slice(2);
// A download that waits for its rate limit does not keep a process running, and this process has nothing else to do.
const staying = setInterval(() => {}, 1000);
const library = await ModelLibrary.open({ folder, onWarning: () => {} });
const noPeers = {
  peer: 'none',
  openChannel: () => Promise.reject(new Error('There are no peers')),
  handle: () => Promise.resolve(() => Promise.resolve()),
};
const downloads = new ModelDownloads({
  opener: noPeers,
  knownPeers: () => [],
  headers: { fetch: () => Promise.reject(new Error('There are no peers')) },
  library,
  addressesOf: () => [url],
  download: new TokenBucket(limit === '' ? null : Number(limit)),
  log: () => {},
  onProgress: (_id, _range, { doneBytes }) => process.send?.({ doneBytes }),
});
await downloads.add(manifestId, AbortSignal.timeout(60_000));
process.send?.({ path: await library.shardPath(manifestId, JSON.parse(range)) });
clearInterval(staying);
process.disconnect();
