/** A model's tokenizer in an engine process that has loaded nothing else. */
import { EngineClient } from '../engines/engine-client.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Reading a vocabulary takes a second; a busy machine may need longer. */
const loadMilliseconds = 60_000;

/**
 * Starts the engine on a GGUF that has at least a model's header.
 * @throws AppError as `EngineClient.start` does; no process is left then
 */
export async function startEngineTokenizer(
  headerPath: string,
  options: {
    /** Refuses a model that cannot be loaded: `headerPath` is its whole file then. */
    readonly checksModel?: boolean;
    /** Ends the engine while it loads. */
    readonly signal?: AbortSignal;
  } = {},
): Promise<Tokenizer> {
  const { checksModel = false, signal } = options;
  const death = Promise.withResolvers<void>();
  const engine = await EngineClient.start(
    {
      path: headerPath,
      role: 'whole',
      ...(checksModel ? { withoutWeights: true } : { vocabularyOnly: true }),
      threads: 1,
      backend: 'cpu',
    },
    { onOutput: () => {}, onSessionFailed: () => {}, onExit: () => death.resolve() },
    { loadMilliseconds, ...(signal === undefined ? {} : { signal }) },
  );
  try {
    const vocabulary = await engine.vocabulary();
    return {
      vocabulary,
      tokenize: (text) => engine.tokenize(text, false),
      onDeath: (listener) => void death.promise.then(listener),
      close: () => engine.stop(),
    };
  } catch (error) {
    await engine.kill();
    throw error;
  }
}
