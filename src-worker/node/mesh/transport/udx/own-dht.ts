/**
 * A DHT of one's own, on one machine that all its nodes can reach: what `mindmesh bootstrap` runs, for meshes that use no
 * public DHT. A router is classified by how several nodes see it, so there are several, on ports that follow each other.
 */
import { AppError } from '../../../../../src-shared/errors.ts';
import { GuardedDht } from './guarded-dht.ts';

/** A router is judged by four nodes; hyperdht passes over the first five of eight or more. */
const nodeCount = 7;

export type OwnDht = {
  /** The nodes to begin with, for the settings of others: `host:port`. */
  readonly nodes: readonly string[];
  stop(): Promise<void>;
};

/**
 * Starts the DHT's nodes; resolves when they serve others.
 * @param address the IPv4 address at which others reach this machine, and the first of seven UDP ports
 * @throws AppError `port-taken`
 */
export async function startOwnDht({
  host,
  port,
}: {
  readonly host: string;
  readonly port: number;
}): Promise<OwnDht> {
  const first = `${host}:${port}`;
  const nodes: GuardedDht[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.destroy({ force: true })));
  };
  try {
    for (let index = 0; index < nodeCount; index += 1) {
      const node = new GuardedDht('node', {
        host: host.startsWith('127.') ? host : '0.0.0.0',
        port: port + index,
        anyPort: false,
        firewalled: false,
        bootstrap: index === 0 ? [] : [first],
      });
      nodes.push(node);
      node.isSeenAt(host, port + index);
      await node.fullyBootstrapped();
    }
  } catch (error) {
    await stop().catch(() => {});
    throw new AppError(
      'port-taken',
      `The UDP ports ${port} to ${port + nodeCount - 1} are not free`,
      {
        cause: error,
      },
    );
  }
  return { nodes: [first], stop };
}
