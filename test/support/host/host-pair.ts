/** Two hosts with half of the demo model each, so that every answer needs both. */
import type { LayerRange } from '../../../src-shared/model.ts';
import { WindowHost } from '../window/window-host.ts';

const model = 'MindMesh Demo';

export interface HostPair {
  /** Has the first half, and asks. */
  readonly asking: WindowHost;
  readonly firstHalf: LayerRange;
  /** Has the second half. */
  readonly serving: WindowHost;
  readonly secondHalf: LayerRange;
  dispose(): Promise<void>;
}

/** Number of the demo model's layers, which may change when it is trained again. */
async function layersOfDemo(host: WindowHost): Promise<number> {
  return await host.ask(async (connection) => {
    const demo = connection.snapshot().node?.models.find(({ name }) => name === model);
    if (demo === undefined) {
      throw new Error('The host of this test does not know the demo model.');
    }
    return demo.layers;
  });
}

async function serve(host: WindowHost, layers: LayerRange): Promise<void> {
  await host.ask((connection) =>
    connection.call('changeSettings', { shards: [{ model, layers }] }),
  );
}

export async function startHostPair(): Promise<HostPair> {
  const hosts: WindowHost[] = [];
  const dispose = async (): Promise<void> => {
    await Promise.all(hosts.map((host) => host.dispose()));
  };
  const start = async (...flags: readonly string[]): Promise<WindowHost> => {
    const host = await WindowHost.start('--no-shards', ...flags);
    hosts.push(host);
    return host;
  };
  try {
    const serving = await start();
    const asking = await start('--peer', await serving.peerAddress());
    const layers = await layersOfDemo(asking);
    const cut = Math.floor(layers / 2);
    const firstHalf = { firstLayer: 0, lastLayer: cut - 1 };
    const secondHalf = { firstLayer: cut, lastLayer: layers - 1 };
    await serve(serving, secondHalf);
    await serve(asking, firstHalf);
    return { asking, firstHalf, serving, secondHalf, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}
