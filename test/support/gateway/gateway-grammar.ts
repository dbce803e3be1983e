/** llama.cpp's own opinion on what a grammar allows. */
import { getLlama, LlamaLogLevel, type LlamaGrammar } from 'node-llama-cpp';

/** Not in the library's types, which is why this stands in a test helper only. */
type TestableGrammar = LlamaGrammar & { _testText(text: string): boolean };

/**
 * A function that tells whether a text, from beginning to end, is one that the grammar allows.
 * @throws Error when llama.cpp refuses the grammar itself
 */
export async function grammarMatcher(grammar: string): Promise<(text: string) => boolean> {
  const llama = await loadedLlama;
  const parsed = (await llama.createGrammar({ grammar })) as TestableGrammar;
  return (text) => parsed._testText(text);
}

const loadedLlama = getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.disabled });
