/** `mindmesh peers`: the peers of the mesh, as this machine sees it. */
import type { ChangedSettings } from '../../../src-shared/settings/settings.ts';
import { warningWords } from '../../../src-shared/words/words.ts';
import { pathAdvice } from '../../../src-shared/path-advice.ts';
import { waitForSnapshot } from '../host-connection.ts';
import { meshWarnings } from '../../node/mesh-warnings.ts';
import { commandErrors, peerLines } from '../../../src-shared/words/command-line.ts';
import { note, print, printJson } from '../terminal.ts';
import { type CommonOptions, useHost } from '../use-host.ts';

/** These settings are for a host that this process runs for this command: it loads no model. */
const withoutModels: ChangedSettings = { shards: [] };

/** Peers on the local network are usually found in less than this, in milliseconds. */
const lookAroundMs = 4000;

export async function listPeers(
  options: CommonOptions & { readonly json?: boolean },
): Promise<void> {
  await useHost(options, withoutModels, async (connection, signal) => {
    const node = await waitForSnapshot(
      connection,
      (snapshot) => snapshot.node,
      30_000,
      commandErrors.noNode,
    );
    const { promise: heard, resolve } = Promise.withResolvers<void>();
    const isThere = (): boolean => (connection.snapshot().node?.peers.length ?? 0) > 0;
    const forget = connection.onSnapshot(() => isThere() && resolve());
    const timer = setTimeout(resolve, isThere() ? 0 : lookAroundMs);
    signal.addEventListener('abort', () => resolve());
    await heard;
    clearTimeout(timer);
    forget();
    const now = connection.snapshot().node ?? node;
    const { peers, peersKnown } = now;
    if (options.json === true) {
      const { clockAheadMs = 0, unreachable = [] } = now;
      printJson({
        peers: peers.map((peer) => ({ ...peer, advice: pathAdvice(now, peer) })),
        known: peersKnown ?? peers.length,
        clockAheadMs,
        unreachable,
      });
    } else {
      print(peerLines(now));
      meshWarnings(now).forEach((warning) => note(warningWords(warning)));
    }
  });
}
