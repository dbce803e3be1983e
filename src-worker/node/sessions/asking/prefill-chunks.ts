/** How a prompt is cut so that the stages of a chain work on different pieces of it at the same time. */
import { maxWorkBytes, maxWorkTokens } from '../protocol/stage-limits.ts';

/**
 * What one call of a shard costs beyond its tokens, counted in tokens. With it a chain of n stages needs
 * (prompt / chunk + n − 1) × (overhead + chunk), which is least at chunk = √(overhead × prompt / (n − 1)).
 */
const callOverheadTokens = 8;
/**
 * Pieces for a chain of one. It could take all at once, but only whole pieces of a prompt can be resumed by the next
 * question of a conversation; a graphics card reads pieces of this size nearly as fast as larger ones.
 */
const aloneTokens = 256;
/** llama.cpp's attention computes tiles of 64 tokens; a batch of 32 costs a third more a token than one of 64. */
const tileTokens = 64;

/** Tokens per piece of a prompt over `stages` shards of a model that is `width` values wide. */
export function chunkSize(promptTokens: number, stages: number, width: number): number {
  const byBytes = Math.max(1, Math.floor(maxWorkBytes / 2 / (width * 4)));
  const overlapping =
    stages === 1 ? aloneTokens : Math.sqrt((callOverheadTokens * promptTokens) / (stages - 1));
  const rounded = Math.floor(overlapping / tileTokens) * tileTokens;
  return Math.min(maxWorkTokens, Math.max(tileTokens, rounded), byBytes);
}

/** Generated tokens of one frame: few enough for the stages to overlap, and for frames not to cost more than tokens. */
const singlyTokens = 4;

export type Piece = { readonly position: number; readonly count: number };
export type ExactPiece = Piece & {
  /** Each of its tokens is computed by itself. */
  readonly isOneByOne: boolean;
};

/**
 * The pieces in which a part of a sequence is computed so that its cache becomes the same, bit by bit, as when the
 * prompt came in one go and each later token by itself: llama.cpp rounds differently for different batches, and a token
 * that is hardly likelier than the next would be another one.
 *
 * @param size of the pieces that the whole prompt is cut into
 */
export function cutExactly(
  from: number,
  end: number,
  promptTokens: number,
  size: number,
): ExactPiece[] {
  const prompt = cutPrompt(promptTokens, size).flatMap(({ position, count }) => {
    const first = Math.max(position, from);
    const last = Math.min(position + count, end);
    return last > first ? [{ position: first, count: last - first, isOneByOne: false }] : [];
  });
  const first = Math.max(from, promptTokens);
  const generated = cutPrompt(Math.max(0, end - first), singlyTokens).map(
    ({ position, count }) => ({ position: first + position, count, isOneByOne: true }),
  );
  return [...prompt, ...generated];
}

/** Position and number of tokens of every piece, in order. */
export function cutPrompt(promptTokens: number, size: number): readonly Piece[] {
  return Array.from({ length: Math.ceil(promptTokens / size) }, (_, index) => {
    const position = index * size;
    return { position, count: Math.min(size, promptTokens - position) };
  });
}
