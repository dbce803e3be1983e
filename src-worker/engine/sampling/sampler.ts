/**
 * Samples tokens for one session: penalties, grammar, top-k, top-p, min-p, temperature, then a random draw. The last
 * five are llama.cpp's samplers. The token at a position depends on the settings, the seed, the position, the
 * logits and the tokens generated before, never on the time or the machine, so that a replay gives the same text.
 */
import { AppError } from '../../../src-shared/errors.ts';
import type { SampledDetail, Sampling } from '../../../src-shared/model.ts';
import { Candidates } from './candidates.ts';
import { type GrammarPlace, TokenGrammar } from './grammar/grammar.ts';
import { GeneratedHistory } from './history.ts';
import type { Llama, Pointer } from '../llama/llama.ts';
import { logprobsOf } from './logprobs.ts';
import type { Model } from '../llama/model.ts';
import { TokenTexts } from '../llama/token-texts.ts';

/** Resources that the samplers of all sessions of an engine share, because they run one after the other. */
export class SamplingSpace {
  readonly llama: Llama;
  readonly model: Model;
  readonly candidates: Candidates;
  #texts: TokenTexts | undefined;

  constructor(llama: Llama, model: Model) {
    this.llama = llama;
    this.model = model;
    this.candidates = new Candidates(llama, model.vocabularySize);
  }

  /** The tokens' texts, read for the first grammar; that takes a tenth of a second for a large vocabulary. */
  get texts(): TokenTexts {
    this.#texts ??= new TokenTexts(this.llama, this.model);
    return this.#texts;
  }
}

export type Sampled = { readonly token: number; readonly detail: SampledDetail | undefined };

export class Sampler {
  readonly #llama: Llama;
  readonly #candidates: Candidates;
  readonly #vocabularySize: number;
  readonly #sampling: Sampling;
  #history = new GeneratedHistory([]);
  readonly #grammar: TokenGrammar | undefined;
  /** The place in the grammar after the text so far. */
  #place: GrammarPlace | undefined;
  readonly #chain: Pointer;

  /**
   * @param generated tokens generated before, for penalties and grammar
   * @throws AppError `request-invalid` when the grammar is not valid or does not allow `generated`
   */
  constructor(space: SamplingSpace, sampling: Sampling, generated: readonly number[]) {
    this.#vocabularySize = space.model.vocabularySize;
    this.#llama = space.llama;
    this.#candidates = space.candidates;
    this.#sampling = sampling;
    this.#grammar =
      sampling.grammar === undefined ? undefined : new TokenGrammar(sampling.grammar, space.texts);
    this.restoreHistory(generated);
    this.#chain = this.#newChain();
  }

  /**
   * Replaces the history of generated tokens.
   * @throws AppError `request-invalid` when a token is not in the vocabulary, or the grammar does not allow them
   */
  restoreHistory(generated: readonly number[]): void {
    const beyond = generated.find((token) => token >= this.#vocabularySize);
    if (beyond !== undefined) {
      throw new AppError(
        'request-invalid',
        `Token ${beyond} is not in the vocabulary of ${this.#vocabularySize} tokens.`,
      );
    }
    this.#history = new GeneratedHistory(generated);
    this.#place = this.#grammar?.afterAll(this.#grammar.start, generated);
  }

  /**
   * Samples the token for `position` from the logits after the token before it.
   * @throws AppError `engine-failed` when no token is possible
   */
  sample(logits: Float32Array, position: number): Sampled {
    const grammar = this.#grammar;
    if (this.#history.rollBackTo(position)) {
      this.#place = grammar?.afterAll(grammar.start, this.#history.tokens);
    }
    this.#reseed(position);
    let token = this.#draw(logits);
    if (grammar !== undefined && this.#place !== undefined) {
      let next = grammar.after(this.#place, token);
      if (next === undefined) {
        // Filtering the whole vocabulary is slow, so it is done only when the drawn token is not allowed.
        token = this.#draw(logits, { grammar, place: this.#place });
        next = grammar.after(this.#place, token);
      }
      this.#place = next;
    }
    this.#history.push(position, token);
    const top = this.#sampling.topLogprobs;
    return { token, detail: top === undefined ? undefined : logprobsOf(logits, token, top) };
  }

  dispose(): void {
    this.#llama.freeSampler(this.#chain);
  }

  #draw(logits: Float32Array, filter?: { grammar: TokenGrammar; place: GrammarPlace }): number {
    this.#candidates.fill(logits);
    this.#penalise();
    if (filter !== undefined) {
      filter.grammar.filter(filter.place, this.#candidates);
      if (!this.#candidates.anyLeft) {
        throw new AppError(
          'engine-failed',
          'The grammar allows none of the model’s tokens after the text so far.',
        );
      }
    }
    this.#candidates.apply(this.#chain);
    return this.#candidates.selected;
  }

  /**
   * Repetition penalty as in CTRL (Keskar et al. 2019): a generated token's logit moves away from its sign;
   * presence and frequency penalties as OpenAI's API documents them. This is done in JavaScript, because llama.cpp's
   * sampler looks up every token of the vocabulary and cannot be rolled back after a truncation.
   */
  #penalise(): void {
    const { repetitionPenalty, presencePenalty, frequencyPenalty } = this.#sampling;
    if (repetitionPenalty === 1 && presencePenalty === 0 && frequencyPenalty === 0) {
      return;
    }
    for (const [token, count] of this.#history.counts) {
      this.#candidates.change(token, (logit) => {
        const repeated = logit > 0 ? logit / repetitionPenalty : logit * repetitionPenalty;
        return repeated - presencePenalty - count * frequencyPenalty;
      });
    }
  }

  #newChain(): Pointer {
    const { temperature, topK, topP, minP } = this.#sampling;
    const chain = this.#llama.newChain({ no_perf: true });
    const add = (sampler: Pointer): void => this.#llama.chainAdd(chain, sampler);
    if (temperature === 0) {
      add(this.#llama.newGreedy());
      return chain;
    }
    if (topK > 0) {
      add(this.#llama.newTopK(topK));
    }
    if (topP < 1) {
      add(this.#llama.newTopP(topP, 1));
    }
    if (minP > 0) {
      add(this.#llama.newMinP(minP, 1));
    }
    if (temperature !== 1) {
      add(this.#llama.newTemperature(temperature));
    }
    add(this.#llama.newDistribution(0));
    return chain;
  }

  /** Replaces the random generator at the chain's end by one that depends on seed and position only. */
  #reseed(position: number): void {
    if (this.#sampling.temperature > 0) {
      const last = this.#llama.chainLength(this.#chain) - 1;
      this.#llama.freeSampler(this.#llama.chainRemove(this.#chain, last));
      this.#llama.chainAdd(
        this.#chain,
        this.#llama.newDistribution(seedAt(this.#sampling.seed, position)),
      );
    }
  }
}

/**
 * A well-mixed 32-bit number from seed and position: two rounds of the finaliser of MurmurHash3 (public domain).
 * llama.cpp takes 0xffffffff as a request for a random seed, so that value is not returned.
 */
export function seedAt(seed: number, position: number): number {
  const mixed = mix(mix(seed) ^ position);
  return mixed === 0xffff_ffff ? 0 : mixed;
}

function mix(value: number): number {
  let hash = value >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
