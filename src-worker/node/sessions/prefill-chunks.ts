/** How a prompt is cut so that the stages of a chain work on different pieces of it at the same time. */
import { maxWorkBytes, maxWorkTokens } from './stage-limits.ts';

/**
 * What one call of a shard costs beyond its tokens, counted in tokens. With it a chain of n stages needs
 * (prompt / chunk + n − 1) × (overhead + chunk), which is least at chunk = √(overhead × prompt / (n − 1)).
 */
const callOverheadTokens = 8;
/** llama.cpp's attention computes tiles of 64 tokens; a batch of 32 costs a third more a token than one of 64. */
const tileTokens = 64;

/** Tokens per piece of a prompt over `stages` shards of a model that is `width` values wide. */
export function chunkSize(promptTokens: number, stages: number, width: number): number {
  const byBytes = Math.max(1, Math.floor(maxWorkBytes / 2 / (width * 4)));
  const overlapping =
    stages === 1 ? maxWorkTokens : Math.sqrt((callOverheadTokens * promptTokens) / (stages - 1));
  const rounded = Math.floor(overlapping / tileTokens) * tileTokens;
  return Math.min(maxWorkTokens, Math.max(tileTokens, rounded), byBytes);
}

/** Position and number of tokens of every piece, in order. */
export function cutPrompt(
  promptTokens: number,
  size: number,
): readonly { readonly position: number; readonly count: number }[] {
  return Array.from({ length: Math.ceil(promptTokens / size) }, (_, index) => {
    const position = index * size;
    return { position, count: Math.min(size, promptTokens - position) };
  });
}
