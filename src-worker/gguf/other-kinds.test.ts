import { describe, expect, test } from 'vitest';
import { refuseOtherKinds, refuseWhatCannotAnswer } from './other-kinds.ts';
import { tensorType } from './format.ts';
import type { GgufDescription } from './read.ts';
import { boolValue, type MetadataValue, stringValue, uint32Value } from './values.ts';

const tensor = {
  name: 'token_embd.weight',
  type: tensorType('F32'),
  shape: [1],
  offset: 0,
  byteLength: 4,
};

function file(
  metadata: readonly (readonly [string, MetadataValue])[],
  tensors = [tensor],
): GgufDescription {
  const architecture = ['general.architecture', stringValue('llama')] as const;
  const header = { version: 3, metadata: new Map([architecture, ...metadata]), tensors };
  return { path: '/m.gguf', header };
}

const refusal = (message: RegExp): object =>
  expect.objectContaining({
    code: 'gguf-unsupported',
    message: expect.stringMatching(message),
  });

describe('a file that is not a language model is refused by its kind', () => {
  test.each([
    ['an adapter', ['general.type', stringValue('adapter')], /: it is a LoRA adapter/],
    ['a projector', ['general.type', stringValue('mmproj')], /: it is a projector \(mmproj\)/],
    ['an old projector', ['general.architecture', stringValue('clip')], /projector \(mmproj\)/],
    ['a matrix', ['general.type', stringValue('imatrix')], /: it is an importance matrix/],
    ['something new', ['general.type', stringValue('sound')], /something of the type "sound"/],
    ['one part', ['split.count', uint32Value(3)], /one part of a model.+after the other; join/],
  ] as const)('%s', (_, entry, message) => {
    expect(() => refuseOtherKinds(file([entry]))).toThrow(refusal(message));
    expect(() => refuseWhatCannotAnswer(file([entry]))).toThrow(refusal(message));
  });
});

describe('a model that cannot answer is refused', () => {
  test.each([
    ['an encoder', ['general.architecture', stringValue('bert')], /embedding model/],
    ['one that pools', ['llama.pooling_type', uint32Value(3)], /embedding model/],
    ['one without order', ['llama.attention.causal', boolValue(false)], /one word after the other/],
  ] as const)('%s', (_, entry, message) => {
    expect(() => refuseWhatCannotAnswer(file([entry]))).toThrow(refusal(message));
  });

  test('a vocabulary without weights, although its header is that of a model', () => {
    const header = file([], []);
    expect(() => refuseOtherKinds(header)).not.toThrow();
    expect(() => refuseWhatCannotAnswer(header)).toThrow(refusal(/a vocabulary and no weights/));
  });

  test.each([
    ['a model without special metadata', []],
    ['one without pooling', [['llama.pooling_type', uint32Value(0)]]],
    ['one with order', [['llama.attention.causal', boolValue(true)]]],
  ] as const)('but not %s', (_, metadata) => {
    expect(() => refuseWhatCannotAnswer(file(metadata))).not.toThrow();
  });
});
