import { expect, test } from 'vitest';
import { AppError } from '../../../src-shared/errors.ts';
import { trialRefusal } from './trial-refusal.ts';

const path = '/models/it.gguf';

/** The error of an engine with llama.cpp v0.5.0. */
const loading = (message: string): AppError =>
  new AppError(
    'engine-load-failed',
    `llama.cpp cannot load ${path}: llama_model_load: error loading model: ${message}; llama_model_load_from_file_impl: failed to load model.`,
  );

test.each([
  [
    loading("unknown model architecture: 'foo'"),
    "its architecture 'foo' is not known to this version of MindMesh; a later one may know it",
  ],
  [
    loading("error loading model vocabulary: unknown pre-tokenizer type: 'wow'"),
    "its tokenizer 'wow' is not known to this version of MindMesh; a later one may know it",
  ],
  [
    loading(
      'error loading model hyperparameters: key llama.block_count has wrong type u64 but expected type u32',
    ),
    "its 'llama.block_count' is stored as u64 and must be u32; convert the model again",
  ],
  [
    loading("check_tensor_dims: tensor 'blk.2.attn_q.weight' not found"),
    "its tensor 'blk.2.attn_q.weight' is missing, so it is damaged or only part of a model; download it again",
  ],
  [
    loading('error loading model hyperparameters: invalid n_rot: 16, expected 21'),
    'llama.cpp cannot load it (invalid n_rot: 16, expected 21)',
  ],
  [
    new AppError(
      'engine-died',
      `The engine for ${path} was ended by SIGABRT; its last output: /src/llama-vocab.cpp:2539: GGML_ASSERT(a.size() == b.size()) failed.`,
    ),
    'llama.cpp gives up on what it says of its model (GGML_ASSERT(a.size() == b.size()) failed); download or convert it again',
  ],
  [
    new AppError('engine-died', `The engine for ${path} was ended by SIGSEGV.`),
    'llama.cpp gives up on what it says of its model; download or convert it again',
  ],
  [
    new AppError('request-invalid', "The model's chat template refused these messages: no"),
    "a short question cannot be made into a prompt. The model's chat template refused these messages: no",
  ],
])('%s is explained in plain words', (error, words) => {
  expect(trialRefusal(path, error)).toMatchObject({
    code: 'gguf-unsupported',
    message: `${path} cannot be used: ${words}.`,
    cause: error,
  });
});

test('the message of a template is shown as one printable line', () => {
  const said = `\u001B[2J\n\u202E${'x'.repeat(10_000)}`;
  const { message } = trialRefusal(path, new AppError('request-invalid', said));
  expect(message).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]{1,700}$/u);
});

test.each([
  new AppError('timed-out', 'Loading took longer than 60000 ms.'),
  new AppError('engine-release-mismatch', 'This app needs llama.cpp v0.5.0.'),
  new AppError('engine-load-failed', 'Cannot load llama.cpp from /lib: no such file'),
])('an error that is not the fault of the file is not changed: %s', (error) => {
  expect(trialRefusal(path, error)).toBe(error);
});
