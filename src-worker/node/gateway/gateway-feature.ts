/** The OpenAI-compatible endpoint as a part of the node. */
import type { NodeConfig } from '../../../src-shared/api/node-config.ts';
import type { Log } from '../base/log.ts';
import type { NodeFeature } from '../node-feature.ts';
import type { Chats } from '../text/chat-feature.ts';
import { createGateway, type Gateway } from './gateway.ts';

export function gatewayFeature(config: NodeConfig, chats: Chats, log: Log): NodeFeature {
  const { port, orAnyPort, apiKey, hosts, origins } = config.gateway;
  let gateway: Gateway | undefined;
  return {
    name: 'gateway',
    start: async () => {
      gateway = await createGateway({ ...chats, port, orAnyPort, apiKey, hosts, origins, log });
    },
    stop: () => gateway?.close(),
    status: () => ({ gatewayPort: gateway?.port ?? 0 }),
  };
}
