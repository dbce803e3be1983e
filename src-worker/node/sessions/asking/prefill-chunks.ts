/** How a prompt is cut so that the stages of a chain compute different pieces of it at the same time. */
import { maxSegmentBytes, maxSegmentTokens } from '../protocol/stage-limits.ts';

/**
 * The cost of one call of a shard beyond its tokens, counted in tokens. A chain of n stages then needs
 * (prompt / chunk + n − 1) × (overhead + chunk), which is least at chunk = √(overhead × prompt / (n − 1)).
 */
const callOverheadTokens = 8;
/**
 * The size of a piece for a chain of one. It could take the whole prompt at once, but the next question of a conversation
 * can resume only whole pieces; a graphics card computes pieces of this size nearly as fast as larger ones.
 */
const aloneTokens = 256;
/** llama.cpp's attention computes tiles of 64 tokens; a batch of 32 costs a third more a token than one of 64. */
const tileTokens = 64;

/** Tokens per piece of a prompt over `stages` shards of a model that is `width` values wide. */
export function chunkSize(promptTokens: number, stages: number, width: number): number {
  const byBytes = Math.max(1, Math.floor(maxSegmentBytes / 2 / (width * 4)));
  const overlapping =
    stages === 1 ? aloneTokens : Math.sqrt((callOverheadTokens * promptTokens) / (stages - 1));
  const rounded = Math.floor(overlapping / tileTokens) * tileTokens;
  return Math.min(maxSegmentTokens, Math.max(tileTokens, rounded), byBytes);
}

/** Generated tokens in one frame of a replay: few, so that stages overlap, but enough that frames do not cost the most. */
const oneByOneTokens = 4;

export type Piece = { readonly position: number; readonly count: number };
export type ExactPiece = Piece & {
  /** Each token of the piece is computed by itself. */
  readonly isOneByOne: boolean;
};

/**
 * The pieces in which a part of a sequence is recomputed so that its cache becomes the same, bit by bit, as in the first
 * run, which computed the prompt in pieces and each later token by itself. llama.cpp rounds differently for batches of
 * different sizes, so another cut could tip the choice between two tokens that are almost equally likely.
 *
 * @param size the size of the pieces into which the whole prompt is cut
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
  const generated = cutPrompt(Math.max(0, end - first), oneByOneTokens).map(
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
