/** Chats as a part of the node: those of the host's window, and what the gateway answers with. */
import { AppError } from '../../../src-shared/errors.ts';
import type { NodeConfig, NodeMessage } from '../../../src-shared/node-api.ts';
import type { Log } from '../base/log.ts';
import type { HeaderExchange } from '../headers/header-exchange.ts';
import type { FeatureWith } from '../node-feature.ts';
import type { Asking } from '../sessions/asking/asking-feature.ts';
import { Admission } from './admission.ts';
import { ChatService, type ChatServiceOptions } from './chat-service.ts';
import { startEngineTokenizer } from './engine-tokenizer.ts';
import { ModelTexts } from './model-texts.ts';

export type ChatFeatureOptions = {
  readonly config: NodeConfig;
  readonly headers: HeaderExchange;
  readonly asking: Asking;
  readonly knownModels: ChatServiceOptions['knownModels'];
  readonly onEvent: (event: Extract<NodeMessage, { type: 'chat' }>) => void;
  /** How many chats there are is another number. */
  readonly onChange: () => void;
  readonly log: Log;
};

export type Chats = { readonly chat: ChatService; readonly admission: Admission };

export function chatFeature(options: ChatFeatureOptions): FeatureWith<Chats> {
  const { config, headers, asking, knownModels, onEvent, onChange, log } = options;
  const admission = new Admission(config.gateway);
  const texts = new ModelTexts({
    headerPath: (manifestId) => headers.headerPath(manifestId),
    startTokenizer: startEngineTokenizer,
    onNoTemplate: ({ name }) => {
      log(
        'warn',
        `${name} has no chat template: questions are put to it as a plain transcript, and answers end where it goes on as the user.`,
      );
    },
  });
  const chat = new ChatService({ generations: asking.generations, texts, admission, knownModels });
  /** Those that the host asked for, by its numbers. */
  const running = new Map<number, AbortController>();
  return {
    name: 'chat',
    service: { chat, admission },
    handlers: {
      chat: async ({ chat: id, request }) => {
        if (running.has(id)) {
          throw new AppError('request-invalid', `Chat ${id} is running already.`);
        }
        const controller = new AbortController();
        running.set(id, controller);
        onChange();
        try {
          for await (const event of chat.complete(request, controller.signal)) {
            onEvent({ type: 'chat', chat: id, event });
          }
        } finally {
          running.delete(id);
          onChange();
        }
        return null;
      },
      cancelChat: ({ chat: id }) => {
        running.get(id)?.abort();
        return null;
      },
      route: ({ model, rules }) => asking.route(chat.find(model), rules),
    },
    stop: async () => {
      running.forEach((controller) => controller.abort());
      await texts.stop();
    },
    setWork: ({ state, answersOwner }) => {
      if (state === 'paused' && !answersOwner) {
        texts.endUnused();
      }
    },
    status: () => ({ requests: admission.counts() }),
  };
}
