/** Runs a model's tokenizer in an engine process that has loaded only the vocabulary. */
import { EngineClient } from '../engines/engine-client.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Longest time for loading a vocabulary. It takes a second; a busy machine may need longer. */
const loadMilliseconds = 60_000;

/**
 * Starts the engine on a GGUF file that has at least a model's header.
 * @throws AppError as `EngineClient.start` does; no process is left running then
 */
export async function startEngineTokenizer(
  headerPath: string,
  options: {
    /** Also checks that the model can be loaded; `headerPath` must name its whole file then. */
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
