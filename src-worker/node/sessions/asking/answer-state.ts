/** The state of an answer as plain data. Only `nextAnswer` makes one state from another. */
import type { RouteStage } from '../../routing/plan-route.ts';
import type { AnswerEffect, AnswerEvent } from './answer-events.ts';
import type { Pace } from './answer-pace.ts';

/** Facts that hold for an answer from its beginning to its end. */
export type AnswerTerms = {
  readonly promptTokens: number;
  /** Most tokens that may be generated. */
  readonly maxAnswerTokens: number;
  /** Penalties or a grammar make sampling depend on the tokens generated before, not on the logits alone. */
  readonly needsHistory: boolean;
  /** The node that asks. */
  readonly ownPeer: string;
};

export type AnswerProgress = {
  readonly terms: AnswerTerms;
  /** How many tokens were generated so far. The prompt and these tokens are all that another source needs to take over. */
  readonly tokens: number;
  /** How many of them had been generated when a route was last searched for. */
  readonly tokensAtSearch: number;
  /** How many sources were opened so far; their numbers count upward from 1. */
  readonly sources: number;
  /** Peers that announced that they leave, or that delayed this answer. */
  readonly avoided: ReadonlySet<string>;
  /** How often this answer left a stage for its slowness. */
  readonly detours: number;
  /** How often another source took the answer over. */
  readonly takeovers: number;
  /** Peers that refused the request, while no token has come since. */
  readonly refusing: readonly string[];
  /** The stages of the source that generated last; empty before the first. */
  readonly route: readonly RouteStage[];
  /** Tokens of the prompt that those stages had cached. */
  readonly cachedTokens: number;
  /** The caller finished the answer before a source was open: it ends as soon as one is. */
  readonly isToFinish: boolean;
};

/** A source that opens, generates or warms up; `source` is its number. */
export type Source = { readonly source: number; readonly route: readonly RouteStage[] };

export type Answering = Source & {
  /** When the source last got a segment or returned a token, and which of the two it was. */
  readonly moved: { readonly at: number; readonly byToken: boolean };
  /** The source computed the prompt in the pieces that every question with this prompt has, so they can be resumed. */
  readonly isPlain: boolean;
};

export type Successor = Source & {
  /** How many tokens of the answer its sampler was told when it was opened. */
  readonly knownTokens: number;
  /** The answer's pace when the successor had opened; undefined before. */
  readonly pace: Pace | undefined;
  /** How many rounds of warm-up were begun. */
  readonly rounds: number;
  /** The position up to which it has computed once the latest round is done. */
  readonly computed: number;
};

export type EventOf<Type extends AnswerEvent['type']> = Extract<AnswerEvent, { type: Type }>;

/**
 *               routed           opened                  the last token
 *   searching ─────────▶ opening ─────▶ answering ──────────────────────▶ finishing ────▶ ended
 *    ▲    ▲                 │            │   │ ▲ ▲                             finished
 *    │    └─────────────────┘            │   │ │ └──────────────────────────────────┐
 *    │          failed                   │   │ │ its successor failed               │
 *    │                                   │   ▼ │                                    │ restored
 *    ├───────────────────────────────────┘ preparing ───────────────────────▶ restoring
 *    │          failed                        │        warmed up                ▲   │
 *    │                                        ▼ failed                          │   │
 *    ├──────────────────────────────────── orphaned ────────────────────────────┘   │
 *    │          its successor failed too               warmed up                    │
 *    └──────────────────────────────────────────────────────────────────────────────┘
 *               failed
 *
 * An answer prepares a successor when a stage of its current source is draining or stuck. If the current source has hardly
 * begun when the successor is open, the answer restarts over the successor; if it has given no token yet, the successor
 * waits for its first token before it warms up. Where no history has to be restored, the successor takes over right after
 * the warm-up.
 * `finish` leads to an end in order, `cancel` to an end at once; a failure that would be the same over every source ends
 * the answer too.
 */
export type AnswerPhase =
  | { readonly name: 'searching' }
  | ({ readonly name: 'opening' } & Source)
  | { readonly name: 'answering'; readonly current: Answering }
  /** Another source gets ready while the current one still generates. */
  | { readonly name: 'preparing'; readonly current: Answering; readonly successor: Successor }
  /** The same after the current source was lost. */
  | { readonly name: 'orphaned'; readonly lost: EventOf<'failed'>; readonly successor: Successor }
  /** The source that takes over is told the tokens generated so far. */
  | {
      readonly name: 'restoring';
      readonly current: Answering;
      /** The position from which the source is to compute. */
      readonly from: number;
      /** The route to prepare next, because a stage of this source is draining or stuck already. */
      readonly detour: readonly RouteStage[] | undefined;
    }
  | { readonly name: 'finishing'; readonly source: number; readonly reason: 'end' | 'length' }
  | { readonly name: 'ended' };

export type PhaseOf<Name extends AnswerPhase['name']> = Extract<AnswerPhase, { name: Name }>;

export type AnswerState = { readonly progress: AnswerProgress; readonly phase: AnswerPhase };
export type Step = { readonly state: AnswerState; readonly effects: readonly AnswerEffect[] };

/** Tokens of prompt and answer so far. */
export function lengthOf({ terms, tokens }: AnswerProgress): number {
  return terms.promptTokens + tokens;
}

export function avoid(progress: AnswerProgress, peer: string): AnswerProgress {
  return { ...progress, avoided: new Set([...progress.avoided, peer]) };
}

/** Avoids a peer for its slowness. */
export function goRound(progress: AnswerProgress, peer: string): AnswerProgress {
  return { ...avoid(progress, peer), detours: progress.detours + 1 };
}

/** Whether the reader may notice a pause: the answer is about to change its source, or the source gave no token yet. */
export function isInterrupted(phase: AnswerPhase): boolean {
  const hasEnded = phase.name === 'finishing' || phase.name === 'ended';
  return !hasEnded && !(phase.name === 'answering' && phase.current.moved.byToken);
}

export type WatchedSource = {
  readonly source: number;
  /** When the source got a segment or returned a token; undefined for a successor, which only gets ready. */
  readonly moved: Answering['moved'] | undefined;
  /** Tokens of prompt and answer so far. */
  readonly length: number;
  readonly detours: number;
};

/** The source that the answer waits for: the successor while it opens or warms up, else the current one. */
export function watchedSource({ progress, phase }: AnswerState): WatchedSource | undefined {
  const length = lengthOf(progress);
  const { detours } = progress;
  const isWaiting =
    phase.name === 'preparing' && phase.successor.pace && phase.successor.rounds === 0;
  if ('successor' in phase && !isWaiting) {
    return { source: phase.successor.source, moved: undefined, length, detours };
  }
  return 'current' in phase
    ? { source: phase.current.source, moved: phase.current.moved, length, detours }
    : undefined;
}
