/**
 * The array of candidate tokens for llama.cpp's samplers: filled with logits, changed in place, and in the
 * end one token is selected. All sessions of an engine use the same array, one after the other.
 */
import { AppError } from '../../../src-shared/errors.ts';
import type { Llama, Pointer } from '../llama/llama.ts';
import { tokenDataArray, tokenDataBytes } from '../llama/llama-layouts.ts';

const wordsPerToken = tokenDataBytes / 4;

export class Candidates {
  readonly #llama: Llama;
  readonly #ids: Int32Array;
  /** The same memory as `#ids`, read as floats for the logits. */
  readonly #floats: Float32Array;
  readonly #address: bigint;
  /** The llama_token_data_array that points to this memory. */
  readonly #header = new Uint8Array(new ArrayBuffer(tokenDataArray.bytes));
  readonly #headerView = new DataView(this.#header.buffer);

  constructor(llama: Llama, vocabularySize: number) {
    const memory = new ArrayBuffer(vocabularySize * tokenDataBytes);
    this.#llama = llama;
    this.#ids = new Int32Array(memory);
    this.#floats = new Float32Array(memory);
    this.#address = llama.addressOf(new Uint8Array(memory));
  }

  /**
   * Fills the array with all tokens in the order of their ids.
   * @throws AppError `engine-failed` when a logit is not a number: the weights or the input are broken, and
   * sorting such values is undefined in C++.
   */
  fill(logits: Float32Array): void {
    const ids = this.#ids;
    const floats = this.#floats;
    let sum = 0;
    for (let token = 0; token < logits.length; token += 1) {
      const logit = logits[token] ?? 0;
      ids[token * wordsPerToken] = token;
      floats[token * wordsPerToken + 1] = logit;
      sum += logit;
    }
    if (Number.isNaN(sum)) {
      throw new AppError('engine-failed', 'The model gave logits that are not numbers.');
    }
    this.#reset(logits.length);
  }

  /** Changes the logit of a token. Only between `fill` and the first `apply`, which may reorder tokens. */
  change(token: number, to: (logit: number) => number): void {
    const at = token * wordsPerToken + 1;
    this.#floats[at] = to(this.#floats[at] ?? 0);
  }

  /** Makes a token impossible. Only between `fill` and the first `apply`. */
  ruleOut(token: number): void {
    this.#floats[token * wordsPerToken + 1] = -Infinity;
  }

  /** Whether any token is still possible. */
  get anyLeft(): boolean {
    for (let at = 1; at < this.#floats.length; at += wordsPerToken) {
      if (this.#floats[at] !== -Infinity) {
        return true;
      }
    }
    return false;
  }

  apply(sampler: Pointer): void {
    this.#llama.samplerApply(sampler, this.#header);
  }

  /** The token that the last sampler of a chain selected. */
  get selected(): number {
    const index = Number(this.#headerView.getBigInt64(tokenDataArray.selected, true));
    const token = index < 0 ? undefined : this.#ids[index * wordsPerToken];
    if (token === undefined) {
      throw new AppError('engine-failed', 'llama.cpp selected no token.');
    }
    return token;
  }

  #reset(size: number): void {
    this.#headerView.setBigUint64(tokenDataArray.data, this.#address, true);
    this.#headerView.setBigUint64(tokenDataArray.size, BigInt(size), true);
    this.#headerView.setBigInt64(tokenDataArray.selected, -1n, true);
    this.#headerView.setUint8(tokenDataArray.sorted, 0);
  }
}
