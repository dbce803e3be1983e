/**
 * Fields of a chat completion that are known but not honoured: those of OpenAI, llama.cpp, vLLM, Ollama and other
 * servers whose fields clients send. A field that would change the text is never ignored silently: it is refused
 * unless it has a value that means the same as its absence. docs/api.md lists the same names (a test compares).
 */

export type Fields = Readonly<Record<string, unknown>>;

export type RefusedField = {
  readonly name: string;
  /** Values that mean the same as no value; null always does. */
  readonly neutral: readonly unknown[];
  /** Continues a sentence after `"name" is not supported:`. */
  readonly reason: string;
  /** Other fields that make this one neutral: what the client can do, and whether it did. */
  readonly unless?: { readonly remedy: string; readonly holds: (fields: Fields) => boolean };
};

const noTools = 'tools cannot be called yet';
const noThinkingSetting = 'how much a model thinks cannot be set';
const ownSamplers =
  'tokens are drawn by temperature, top_k, top_p, min_p and the three penalties alone';
const wholeAnswer = 'an answer ends at its end, at a stop text or at max_tokens';
const textOnly = 'only text can be read and written';
const ownTemplate = "the model's own chat template makes the prompt of the messages";
const noTokenIds = 'tokens cannot be named by number';
const noTokenLists = 'the answer tells tokens by "logprobs" and "top_logprobs" alone';
const inMessages = 'the question belongs into "messages"';

function group(reason: string, neutralByName: Readonly<Record<string, readonly unknown[]>>) {
  return Object.entries(neutralByName).map(([name, neutral]) => ({ name, neutral, reason }));
}

export const refusedFields: readonly RefusedField[] = [
  {
    name: 'tools',
    neutral: [[]],
    reason: noTools,
    unless: {
      remedy: 'send "tool_choice": "none" beside it',
      holds: ({ tool_choice: choice }) => choice === 'none',
    },
  },
  {
    name: 'functions',
    neutral: [[]],
    reason: noTools,
    unless: {
      remedy: 'send "function_call": "none" beside it',
      holds: ({ function_call: call }) => call === 'none',
    },
  },
  ...group(noTools, { tool_choice: ['none', 'auto'], function_call: ['none', 'auto'] }),
  ...group(textOnly, { audio: [], image_config: [{}] }),
  ...group('the web is not searched', { web_search_options: [], plugins: [[]] }),
  ...group(noThinkingSetting, {
    reasoning_effort: ['medium'],
    reasoning: [{}],
    reasoning_format: ['none', 'auto'],
    reasoning_budget: [-1],
    thinking: [],
    think: [],
    enable_thinking: [],
    thinking_budget_tokens: [-1],
    thinking_token_budget: [-1],
  }),
  ...group('how long-winded a model is cannot be set', { verbosity: ['medium'] }),
  ...group(ownSamplers, {
    mirostat: [0],
    mirostat_mode: [0],
    typical_p: [1],
    typ_p: [1],
    tfs_z: [1],
    top_a: [0],
    top_n_sigma: [-1, 0],
    xtc_probability: [0],
    dry_multiplier: [0],
    dynatemp_range: [0],
    min_keep: [0, 1],
    samplers: [[]],
    do_sample: [true],
    penalize_nl: [true],
    penalty_alpha: [0],
    encoder_repetition_penalty: [1],
    no_repeat_ngram_size: [0],
    epsilon_cutoff: [0],
    eta_cutoff: [0],
    smoothing_factor: [0],
    guidance_scale: [1],
    negative_prompt: [''],
    use_beam_search: [false],
    num_beams: [1],
    length_penalty: [1],
    early_stopping: [false],
    logits_processors: [[]],
    watermark: [false],
  }),
  {
    name: 'repeat_last_n',
    neutral: [-1],
    reason: 'penalties look at the whole answer so far',
    unless: {
      remedy: 'ask for no repetition penalty',
      holds: ({ repeat_penalty: one = 1, repetition_penalty: other = 1 }) =>
        one === 1 && other === 1,
    },
  },
  {
    name: 'best_of',
    neutral: [1],
    reason: 'every choice that is generated is answered',
    unless: { remedy: 'send the same as "n"', holds: ({ best_of: best, n }) => best === n },
  },
  ...group(wholeAnswer, {
    ignore_eos: [false],
    min_tokens: [0],
    stop_token_ids: [[]],
    include_stop_str_in_output: [false],
    t_max_predict_ms: [0, -1],
    t_max_prompt_ms: [0, -1],
    n_indent: [0],
  }),
  ...group(noTokenIds, {
    logit_bias: [{}, []],
    allowed_token_ids: [[]],
    bad_words: [[]],
    vllm_xargs: [{}],
  }),
  ...group(noTokenLists, {
    n_probs: [0],
    post_sampling_probs: [false],
    prompt_logprobs: [false],
    return_token_ids: [false],
    return_tokens_as_token_ids: [false],
    skip_special_tokens: [true],
    spaces_between_special_tokens: [true],
  }),
  ...group(ownTemplate, {
    chat_template: [''],
    chat_template_kwargs: [{}],
    add_generation_prompt: [true],
    continue_final_message: [false],
    add_special_tokens: [false],
    documents: [[]],
    template: [''],
    raw: [false],
  }),
  ...group(inMessages, { prompt: [''], suffix: [''], system: [''], instructions: [''] }),
  ...group('an answer does not repeat its question', { echo: [false] }),
  ...group('a conversation that is too long is refused, not cut', { truncate_prompt_tokens: [] }),
  ...group('other weights than those of "model" cannot be asked for', {
    lora: [[]],
    adapter_id: [''],
    models: [[]],
    transforms: [[]],
  }),
  ...group('its fields belong beside "messages"', { options: [{}] }),
  ...group('a regular expression can be the "pattern" of a JSON schema, or a "grammar"', {
    guided_regex: [''],
    guided_whitespace_pattern: [],
  }),
];

/** The refused fields of a message. */
export const refusedMessageFields: readonly RefusedField[] = [
  ...group(noTools, { tool_calls: [[]], function_call: [] }),
  ...group(textOnly, { audio: [] }),
  ...group('an answer that was begun cannot be continued', { prefix: [false], partial: [false] }),
];

/** Fields that are known and ignored, by the reason why they do not change the text. */
export const ignoredFields: Readonly<Record<string, readonly string[]>> = {
  'concerns only the sender, the place or the speed': [
    'user',
    'metadata',
    'store',
    'safety_identifier',
    'service_tier',
    'priority',
    'request_id',
    'provider',
    'prediction',
    'parallel_tool_calls',
    'max_tool_calls',
    'prompt_cache_key',
    'prompt_cache_retention',
    'cache_prompt',
    'cache_salt',
    'id_slot',
    'keep_alive',
    'num_ctx',
    'n_keep',
    'n_discard',
    'return_progress',
    'timings_per_token',
    'guided_decoding_backend',
  ],
  'has a meaning only beside a refused field': [
    'mirostat_tau',
    'mirostat_eta',
    'dry_base',
    'dry_allowed_length',
    'dry_penalty_last_n',
    'dry_sequence_breakers',
    'xtc_threshold',
    'dynatemp_exponent',
  ],
};

/** Words in the names of fields that change a text. */
const samplingWords = new Set(
  (
    'temp temperature penalty penalties sampler samplers sampling mirostat dry xtc logit logits logprobs bias beam ' +
    'beams grammar regex guided guidance cutoff typical stop seed greedy ngram smoothing thinking reasoning'
  ).split(' '),
);

/** Whether the name of an unknown field, in snake_case or camelCase, looks as if the field changed the text. */
export function looksLikeSampling(name: string): boolean {
  const words = name
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split('_');
  return (
    words.some((word) => samplingWords.has(word)) ||
    /^(?:(?:top|min|typ)_[a-z]|(?:max|min|num)(?:_.+)?_tokens)$/.test(words.join('_'))
  );
}
