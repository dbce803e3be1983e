/** Says in plain words why a model failed its trial at import. Pure. */
import { AppError, toAppError } from '../../../src-shared/errors.ts';

/** What llama.cpp v0.5.0 says when it refuses a model, and the end of a sentence for a person. */
const reasons: readonly {
  readonly said: RegExp;
  readonly words: (...parts: string[]) => string;
}[] = [
  {
    said: /unknown model architecture: '(.*?)'/,
    words: (name) =>
      `its architecture '${name}' is not known to this version of MindMesh; a later one may know it`,
  },
  {
    said: /unknown (?:pre-tokenizer type|tokenizer): '(.*?)'/,
    words: (name) =>
      `its tokenizer '${name}' is not known to this version of MindMesh; a later one may know it`,
  },
  {
    said: /key (\S+) has wrong type (\w+) but expected type (\w+)/,
    words: (key, stored, expected) =>
      `its '${key}' is stored as ${stored} and must be ${expected}; convert the model again`,
  },
  {
    said: /tensor '(.*?)' not found/,
    words: (name) =>
      `its tensor '${name}' is missing, so it is damaged or only part of a model; download it again`,
  },
];

/** What llama.cpp puts around its reason. */
const wrapping =
  /^llama_model_load: error loading model: (?:error loading model [a-z]+: )?|; llama_model_load_from_file_impl: .*$/g;

/**
 * The error that an import ends with. What is not the file's fault, such as a machine that cannot start an engine, stays
 * as it is.
 */
export function trialRefusal(path: string, thrown: unknown): AppError {
  const error = toAppError(thrown);
  const words = wordsFor(path, error);
  return words === undefined
    ? error
    : new AppError('gguf-unsupported', `${path} cannot be used: ${words}.`, { cause: error });
}

function wordsFor(path: string, { code, message }: AppError): string | undefined {
  switch (code) {
    case 'engine-load-failed': {
      const start = `llama.cpp cannot load ${path}: `;
      return message.startsWith(start)
        ? loadWords(withoutStop(message.slice(start.length)))
        : undefined;
    }
    case 'engine-died': {
      const [assertion] = /GGML_ASSERT\(.*\) failed/.exec(message) ?? [];
      const what = assertion === undefined ? '' : ` (${assertion})`;
      return `llama.cpp gives up on what it says of its model${what}; download or convert it again`;
    }
    case 'gguf-unsupported':
    case 'request-invalid':
    case 'context-too-long':
      return `a short question cannot be made into a prompt. ${withoutStop(message)}`;
    default:
      return undefined;
  }
}

function loadWords(said: string): string {
  for (const reason of reasons) {
    const match = reason.said.exec(said);
    if (match !== null) {
      return reason.words(...match.slice(1));
    }
  }
  return `llama.cpp cannot load it (${said.replaceAll(wrapping, '').slice(0, 300)})`;
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
