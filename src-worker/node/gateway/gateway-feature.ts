/** The OpenAI-compatible endpoint as a feature of the node. */
import type { NodeConfig } from '../../../src-shared/api/node-config.ts';
import type { Log } from '../base/log.ts';
import type { NodeFeature } from '../node-feature.ts';
import type { Chats } from '../text/chat-feature.ts';
import { createGateway, type Gateway } from './gateway.ts';

type GatewayConfig = NodeConfig['gateway'];

export function gatewayFeature(config: NodeConfig, chats: Chats, log: Log): NodeFeature {
  let gateway: Gateway | undefined;
  /** Gateways on former ports, while requests are still running on them. */
  const retiring = new Set<Gateway>();
  let isStopped = false;

  const open = async ({ port, orAnyPort, apiKey, hosts, origins }: GatewayConfig) => {
    const access = { hosts, origins };
    const opened = await createGateway({ ...chats, port, orAnyPort, apiKey, access, log });
    if (isStopped) {
      await opened.stop();
    } else {
      gateway = opened;
    }
  };

  /** Closes a gateway on a former port after its last response. */
  const retire = async (former: Gateway): Promise<void> => {
    retiring.add(former);
    try {
      await former.retire();
    } finally {
      retiring.delete(former);
    }
  };

  return {
    name: 'gateway',
    start: () => open(config.gateway),
    stop: async () => {
      isStopped = true;
      await Promise.all([...retiring, ...(gateway ? [gateway] : [])].map((each) => each.stop()));
    },
    configure: async ({ gateway: next }, { gateway: former }) => {
      const current = gateway;
      if (current !== undefined && needsOtherPort(current.port, next, former)) {
        await open(next);
        retire(current).catch((error: unknown) => {
          log('warn', 'The API could not be closed on its former port', { error });
        });
      } else {
        current?.allow(next);
      }
    },
    status: () => ({ gatewayPort: gateway?.port ?? 0 }),
  };
}

/** Whether a gateway on `port` has to move: the setting has changed, or no longer accepts the free port that it took. */
function needsOtherPort(port: number, next: GatewayConfig, former: GatewayConfig): boolean {
  const isOther = next.port !== former.port || (former.orAnyPort && !next.orAnyPort);
  return isOther && port !== next.port;
}
