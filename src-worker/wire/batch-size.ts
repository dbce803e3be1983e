/**
 * How many tokens a shard that hands on hidden states decodes at once. Such a shard flags every token as an
 * output, since llama.cpp drops all others from the last layer; so llama.cpp keeps room for logits that are
 * never computed, and with a large vocabulary that room would outgrow the shard's own weights.
 */

/** As float32 twice: in the output buffer, which is written to and so resident, and in the planned graph. */
const bytesPerLogit = 8;
const mostLogitBytes = 160_000_000;
/** llama.cpp's attention computes tiles of so many tokens; smaller batches cost a third more a token. */
const tileTokens = 64;

/**
 * Tokens per batch: `wanted`, or the multiple of 64 below it whose logits (8 bytes × vocabulary × tokens) fit
 * 160 MB; never cut below 64. Measured on a CPU with a vocabulary of 152k: batches of 64 prefill at 0.5 to 0.6 of
 * the speed of 512, batches of 128 at 0.7.
 */
export function batchSizeFor(wanted: number, vocabularySize: number): number {
  const affordable =
    Math.floor(mostLogitBytes / (bytesPerLogit * vocabularySize) / tileTokens) * tileTokens;
  return Math.min(wanted, Math.max(tileTokens, affordable));
}
