/**
 * The batch size of a shard that outputs hidden states. Such a shard flags every token as an
 * output, because llama.cpp computes no other tokens in the last layer. llama.cpp therefore allocates room for logits that
 * are never computed, and with a large vocabulary that room would be larger than the shard's weights.
 */

/** Two float32 values: one in the output buffer, which is resident because it is written, one in the planned graph. */
const bytesPerLogit = 8;
const mostLogitBytes = 160_000_000;
/** llama.cpp's attention computes tiles of so many tokens; smaller batches take a third more time per token. */
const tileTokens = 64;

/**
 * Tokens per batch: `wanted`, or less, in multiples of 64, so that the logits (8 bytes × vocabulary × tokens) fit
 * 160 MB; never reduced below 64. Measured on a CPU with a vocabulary of 152k: batches of 64 prefill at 0.5 to 0.6 of
 * the speed of 512, batches of 128 at 0.7.
 */
export function batchSizeFor(wanted: number, vocabularySize: number): number {
  const affordable =
    Math.floor(mostLogitBytes / (bytesPerLogit * vocabularySize) / tileTokens) * tileTokens;
  return Math.min(wanted, Math.max(tileTokens, affordable));
}
