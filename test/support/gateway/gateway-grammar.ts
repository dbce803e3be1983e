/** Asks llama.cpp what a grammar allows. */
import { getLlama, LlamaLogLevel, type LlamaGrammar } from 'node-llama-cpp';

/** A method that is not in the library's types, which is why only this test helper uses it. */
type TestableGrammar = LlamaGrammar & { _testText(text: string): boolean };

/**
 * A function that tells whether the grammar allows a text from beginning to end.
 * @throws Error when llama.cpp refuses the grammar itself
 */
export async function grammarMatcher(grammar: string): Promise<(text: string) => boolean> {
  const llama = await loadedLlama;
  const parsed = (await llama.createGrammar({ grammar })) as TestableGrammar;
  return (text) => parsed._testText(text);
}

const loadedLlama = getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.disabled });
