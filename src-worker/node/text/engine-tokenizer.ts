/** A model's tokenizer in an engine process that has loaded nothing else. */
import { EngineClient } from '../engines/engine-client.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Reading a vocabulary takes a second; a busy machine may need longer. */
const loadMilliseconds = 60_000;

/**
 * Starts the engine on a GGUF that has at least a model's header.
 * @throws AppError as `EngineClient.start` does; no process is left then
 */
export async function startEngineTokenizer(headerPath: string): Promise<Tokenizer> {
  const death = Promise.withResolvers<void>();
  const engine = await EngineClient.start(
    { path: headerPath, role: 'whole', vocabularyOnly: true, threads: 1, backend: 'cpu' },
    { onWork: () => {}, onSessionFailed: () => {}, onExit: () => death.resolve() },
    { loadMilliseconds },
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
