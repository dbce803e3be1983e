/** Chats as a feature of the node: for the host's window, and for the gateway. */
import type { NodeConfig } from '../../../src-shared/api/node-config.ts';
import type { Log } from '../base/log.ts';
import type { HeaderStore } from '../headers/header-store.ts';
import type { FeatureWith } from '../node-feature.ts';
import type { Asking } from '../sessions/asking/asking-feature.ts';
import { Admission } from './admission.ts';
import { ChatService, type ChatServiceOptions } from './chat-service.ts';
import { startEngineTokenizer } from './engine-tokenizer.ts';
import { ModelTexts } from './model-texts.ts';

export type ChatFeatureOptions = {
  readonly config: NodeConfig;
  readonly headers: HeaderStore;
  readonly asking: Asking;
  readonly knownModels: ChatServiceOptions['knownModels'];
  /** Called when the number of chats has changed. */
  readonly onChange: () => void;
  readonly log: Log;
};

export type Chats = { readonly chat: ChatService; readonly admission: Admission };

export function chatFeature(options: ChatFeatureOptions): FeatureWith<Chats> {
  const { config, headers, asking, knownModels, onChange, log } = options;
  const admission = new Admission(config.gateway);
  const texts = new ModelTexts({
    headerPath: (manifestId) => headers.headerPath(manifestId),
    startTokenizer: startEngineTokenizer,
    onNoTemplate: ({ name }) => {
      log(
        'warn',
        `${name} has no chat template: its questions are plain transcripts, and an answer ends where the model continues as the user.`,
      );
    },
  });
  const chat = new ChatService({ generations: asking.generations, texts, admission, knownModels });
  /** Ends the chats of the host when the node stops. */
  const end = new AbortController();
  return {
    name: 'chat',
    service: { chat, admission },
    handlers: {
      chat: async (request, { emit, signal }) => {
        onChange();
        try {
          for await (const event of chat.complete(request, AbortSignal.any([signal, end.signal]))) {
            emit(event);
          }
        } finally {
          onChange();
        }
        return null;
      },
      route: ({ model, rules }) => asking.route(chat.find(model), rules),
    },
    stop: async () => {
      end.abort();
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
