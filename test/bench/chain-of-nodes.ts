/** Node processes that host consecutive layers of one model, all of it together. */
import { NodeProcess } from '../support/host/node-process.ts';

/**
 * Starts one node for each shard, each with `threads` threads, and waits until all serve.
 * @param cuts First layer of every shard, beginning with 0.
 */
export async function startChain(
  modelPath: string,
  modelName: string,
  layers: number,
  cuts: readonly number[],
  threads: number,
): Promise<NodeProcess[]> {
  const nodes = await Promise.all(
    cuts.map((firstLayer, index) =>
      NodeProcess.start({
        bundledModels: [modelPath],
        shards: [
          { model: modelName, layers: { firstLayer, lastLayer: (cuts[index + 1] ?? layers) - 1 } },
        ],
        engine: { threads, backend: 'cpu', contextLength: 4096, maxSessions: 4 },
      }),
    ),
  );
  await Promise.all(nodes.map((node) => node.untilServing()));
  return nodes;
}

export async function stopAll(nodes: readonly { stop: () => Promise<void> }[]): Promise<void> {
  await Promise.all(nodes.map((node) => node.stop()));
}
