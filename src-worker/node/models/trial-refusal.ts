/** Explains in plain words why a model failed its trial at import. Pure. */
import { AppError, type ErrorCode, toAppError } from '../../../src-shared/errors.ts';
import { printable } from '../../../src-shared/printable.ts';

/** Messages of llama.cpp v0.5.0 when it refuses a model, and the end of a sentence for the user. */
const reasons: readonly {
  readonly pattern: RegExp;
  readonly words: (...parts: string[]) => string;
}[] = [
  {
    pattern: /unknown model architecture: '(.*?)'/,
    words: (name) =>
      `its architecture '${name}' is not known to this version of MindMesh; a later one may know it`,
  },
  {
    pattern: /unknown (?:pre-tokenizer type|tokenizer): '(.*?)'/,
    words: (name) =>
      `its tokenizer '${name}' is not known to this version of MindMesh; a later one may know it`,
  },
  {
    pattern: /key (\S+) has wrong type (\w+) but expected type (\w+)/,
    words: (key, stored, expected) =>
      `its '${key}' is stored as ${stored} and must be ${expected}; convert the model again`,
  },
  {
    pattern: /tensor '(.*?)' not found/,
    words: (name) =>
      `its tensor '${name}' is missing, so it is damaged or only part of a model; download it again`,
  },
];

/** Codes of errors of a chat template, whose messages are sentences already. */
const promptFaults: ReadonlySet<ErrorCode> = new Set([
  'gguf-unsupported',
  'request-invalid',
  'context-too-long',
]);

const longestWords = 600;

/** The text that llama.cpp puts around its reason. */
const wrapping =
  /^llama_model_load: error loading model: (?:error loading model [a-z]+: )?|; llama_model_load_from_file_impl: .*$/g;

/**
 * The error of an import whose trial failed. Errors that are not the file's fault, such as an engine that cannot be
 * started, are returned unchanged.
 */
export function trialRefusal(path: string, thrown: unknown): AppError {
  const error = toAppError(thrown);
  const words = wordsFor(path, error);
  if (words === undefined) {
    return error;
  }
  // The words may contain text from the file, and terminals show them, so only printable characters are kept.
  const line = printable(words, longestWords);
  return new AppError('gguf-unsupported', `${path} cannot be used: ${line}.`, { cause: error });
}

function wordsFor(path: string, { code, message }: AppError): string | undefined {
  const refused = `llama.cpp cannot load ${path}: `;
  if (code === 'engine-load-failed' && message.startsWith(refused)) {
    return loadWords(withoutStop(message.slice(refused.length)));
  }
  if (code === 'engine-died') {
    const [assertion] = /GGML_ASSERT\(.*\) failed/.exec(message) ?? [];
    const what = assertion === undefined ? '' : ` (${assertion})`;
    return `llama.cpp gives up on what it says of its model${what}; download or convert it again`;
  }
  return promptFaults.has(code)
    ? `a short question cannot be made into a prompt. ${withoutStop(message)}`
    : undefined;
}

function loadWords(message: string): string {
  for (const reason of reasons) {
    const match = reason.pattern.exec(message);
    if (match !== null) {
      return reason.words(...match.slice(1));
    }
  }
  return `llama.cpp cannot load it (${message.replaceAll(wrapping, '').slice(0, 300)})`;
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
