/**
 * The architectures that may be cut, and the tensors of their layers. An entry here means: in llama.cpp v0.5.0 a
 * layer computes the same for any number and any neighbours (`src/models/<name>.cpp`), and a test cuts a
 * random model of it at every boundary. Models of other architectures run whole.
 */
import { AppError } from '../../src-shared/errors.ts';
import { type ModelFacts, modelFacts } from './model-facts.ts';
import type { GgufTensor } from './parse.ts';
import type { GgufDescription } from './read.ts';
import { arrayLengthOf, numberOf, stringOf } from './values.ts';

type Architecture = {
  /** The parts of tensor names after `blk.<layer>.`. */
  readonly layerParts: ReadonlySet<string>;
  /** Tensors that all layers use, so that each shard needs them. */
  readonly shared: ReadonlySet<string>;
  /** Tensors that turn the last hidden state into logits, except the norm. */
  readonly head: ReadonlySet<string>;
};

const commonParts = [
  'attn_norm.weight',
  'attn_q.weight',
  'attn_k.weight',
  'attn_v.weight',
  'attn_qkv.weight',
  'attn_q.bias',
  'attn_k.bias',
  'attn_v.bias',
  'attn_qkv.bias',
  'attn_output.weight',
  'ffn_norm.weight',
  'ffn_gate.weight',
  'ffn_up.weight',
  'ffn_down.weight',
];

const architectures: ReadonlyMap<string, Architecture> = new Map([
  [
    'llama',
    {
      layerParts: new Set([
        ...commonParts,
        'attn_output.bias',
        'ffn_gate.bias',
        'ffn_up.bias',
        'ffn_down.bias',
      ]),
      shared: new Set(['rope_freqs.weight']),
      head: new Set(['output.weight']),
    },
  ],
  [
    'qwen2',
    {
      layerParts: new Set(commonParts),
      shared: new Set(),
      head: new Set(['output.weight', 'output.bias']),
    },
  ],
  [
    'qwen3',
    {
      layerParts: new Set([...commonParts, 'attn_q_norm.weight', 'attn_k_norm.weight']),
      shared: new Set(),
      head: new Set(['output.weight']),
    },
  ],
]);

/** A model's tensors by their use. */
export type Anatomy = ModelFacts & {
  readonly embedding: GgufTensor;
  readonly outputNorm: GgufTensor;
  /** Empty when the embedding is the head. */
  readonly head: readonly GgufTensor[];
  readonly shared: readonly GgufTensor[];
  /** By layer; `part` is the name without `blk.<layer>.`. */
  readonly layerTensors: readonly (readonly {
    readonly part: string;
    readonly tensor: GgufTensor;
  }[])[];
};

/**
 * Sorts the tensors of a model that may be cut.
 * @throws AppError `gguf-unsupported` for an architecture that is not listed, and for a model with a property that no
 * test of cutting covers; errors of `modelFacts`
 */
export function dissect(file: GgufDescription): Anatomy {
  const facts = modelFacts(file);
  const refuse = (what: string): never => {
    throw new AppError(
      'gguf-unsupported',
      `${file.path} cannot be cut into shards: ${what}. It can only run whole, on one machine.`,
    );
  };
  const architecture =
    architectures.get(facts.architecture) ??
    refuse(`models of the architecture '${facts.architecture}' are not known to this version`);
  refuseUnevenLayers(file, facts, refuse);
  refuseLongRope(file, facts, refuse);

  const single = new Map<string, GgufTensor>();
  const layerTensors = Array.from(
    { length: facts.layers },
    (): { part: string; tensor: GgufTensor }[] => [],
  );
  for (const tensor of file.header.tensors) {
    const [, number = '', part = ''] = /^blk\.(0|[1-9]\d{0,4})\.(.+)$/.exec(tensor.name) ?? [];
    const layer = layerTensors[number === '' ? -1 : Number(number)];
    if (layer !== undefined && architecture.layerParts.has(part)) {
      layer.push({ part, tensor });
    } else if (isSingle(architecture, tensor.name)) {
      single.set(tensor.name, tensor);
    } else {
      refuse(`tensor '${tensor.name}' is no part of a '${facts.architecture}' model`);
    }
  }
  const partsOf = (layer: number): string =>
    (layerTensors[layer] ?? [])
      .map(({ part }) => part)
      .toSorted()
      .join(' ');
  for (let layer = 0; layer < facts.layers; layer += 1) {
    if (partsOf(layer) === '' || partsOf(layer) !== partsOf(0)) {
      refuse(`layer ${layer} has other tensors than layer 0, or none`);
    }
  }
  const one = (name: string): GgufTensor => single.get(name) ?? refuse(`it has no '${name}'`);
  const among = (names: ReadonlySet<string>): GgufTensor[] =>
    [...single.values()].filter((tensor) => names.has(tensor.name));
  return {
    ...facts,
    embedding: one('token_embd.weight'),
    outputNorm: one('output_norm.weight'),
    head: among(architecture.head),
    shared: among(architecture.shared),
    layerTensors,
  };
}

function isSingle(architecture: Architecture, name: string): boolean {
  return (
    name === 'token_embd.weight' ||
    name === 'output_norm.weight' ||
    architecture.head.has(name) ||
    architecture.shared.has(name)
  );
}

/**
 * Refuses metadata by which layers may differ, or that no test covers: lists of numbers (head counts, sliding
 * windows), experts, layers that predict further tokens.
 */
function refuseUnevenLayers(
  file: GgufDescription,
  facts: ModelFacts,
  refuse: (what: string) => never,
): void {
  for (const [key, value] of file.header.metadata) {
    if (key.startsWith(`${facts.architecture}.`) && arrayLengthOf(value) !== undefined) {
      refuse(`'${key}' is a list, so its layers may differ`);
    }
  }
  for (const name of ['expert_count', 'nextn_predict_layers']) {
    const key = `${facts.architecture}.${name}`;
    if ((numberOf(file.header.metadata.get(key)) ?? 0) !== 0) {
      refuse(`'${key}' is not 0`);
    }
  }
}

/**
 * Refuses "longrope", with which llama.cpp chooses between two lists of position factors by the length of the context.
 * Machines that host shards of one model may have different contexts, and would compute positions differently.
 */
function refuseLongRope(
  file: GgufDescription,
  { architecture }: ModelFacts,
  refuse: (what: string) => never,
): void {
  const isLongRope =
    stringOf(file.header.metadata.get(`${architecture}.rope.scaling.type`)) === 'longrope' ||
    file.header.tensors.some(({ name }) => name.includes('rope_factors_'));
  if (isLongRope) {
    refuse('it computes positions by the length of the context ("longrope")');
  }
}
