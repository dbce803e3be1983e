/** What an answer is doing. Its state is data, and `nextAnswer` alone makes one from another. */
import type { RouteStage } from '../../routing/plan-route.ts';
import type { AnswerEffect, AnswerEvent } from './answer-events.ts';
import type { Pace } from './answer-pace.ts';

/** What holds for an answer from its beginning to its end. */
export type AnswerTerms = {
  readonly promptTokens: number;
  /** Of the answer, at most. */
  readonly maxAnswerTokens: number;
  /** What is sampled depends on what was generated before, and not on the logits alone. */
  readonly needsHistory: boolean;
  /** The node that asks. */
  readonly ownPeer: string;
};

export type AnswerProgress = {
  readonly terms: AnswerTerms;
  /** Tokens generated so far. With the prompt they are all that another source needs to go on. */
  readonly tokens: number;
  /** Of these, the ones that were there when a route was last searched for. */
  readonly tokensAtSearch: number;
  /** Sources opened so far, whose numbers count upward from 1. */
  readonly sources: number;
  /** Peers that said that they are leaving, or delayed this answer. */
  readonly avoided: ReadonlySet<string>;
  /** How often this answer went round a stage for its slowness. */
  readonly detours: number;
  /** How often another source went on with the answer. */
  readonly takeovers: number;
  /** Peers that refused the request; no peer has answered it since. */
  readonly refusing: readonly string[];
  /** What was last answered over: no stages before the first. */
  readonly route: readonly RouteStage[];
  /** Tokens of the prompt that its stages had. */
  readonly cachedTokens: number;
  /** The answer is to end as soon as there is something to end. */
  readonly isToFinish: boolean;
};

/** A source that opens, answers or gets ready; `source` is its number. */
export type Source = { readonly source: number; readonly route: readonly RouteStage[] };

export type Answering = Source & {
  /** When it was given work or gave a token, and which of both it was. */
  readonly moved: { readonly at: number; readonly byToken: boolean };
  /** It computed the prompt in the pieces that any other question with it would. */
  readonly isPlain: boolean;
};

export type Successor = Source & {
  /** Tokens of the answer that its stages were told of when it was opened. */
  readonly knownTokens: number;
  /** How fast the answer came when it was open; undefined before. */
  readonly pace: Pace | undefined;
  /** Rounds of warming up that were begun. */
  readonly rounds: number;
  /** The position to which it has computed once the latest round is done. */
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
 * An answer prepares another source when a stage of its own is draining or stuck; one whose own source has hardly begun
 * begins again over the other at once, and one that has no token yet waits for it before the other warms up. Where nothing that was generated has to be restored, it goes on right after the
 * warm-up. `finish` leads to the end in order, `cancel` to the end at once; a failure that no other source would mend ends
 * an answer too.
 */
export type AnswerPhase =
  | { readonly name: 'searching' }
  | ({ readonly name: 'opening' } & Source)
  | { readonly name: 'answering'; readonly current: Answering }
  /** Another source gets ready while the current one still answers. */
  | { readonly name: 'preparing'; readonly current: Answering; readonly successor: Successor }
  /** The same, but the one that answered is lost. */
  | { readonly name: 'orphaned'; readonly lost: EventOf<'failed'>; readonly successor: Successor }
  /** The source that takes over is told what was generated. */
  | {
      readonly name: 'restoring';
      readonly current: Answering;
      /** The position from which it is to compute. */
      readonly from: number;
      /** Where the answer is to go next, as a stage is draining or stuck already. */
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

/** Goes round a peer for its slowness. */
export function goRound(progress: AnswerProgress, peer: string): AnswerProgress {
  return { ...avoid(progress, peer), detours: progress.detours + 1 };
}

/** Whether the answer may come to a pause: its source is about to be left, or has given no token yet. */
export function isInterrupted(phase: AnswerPhase): boolean {
  const hasEnded = phase.name === 'finishing' || phase.name === 'ended';
  return !hasEnded && !(phase.name === 'answering' && phase.current.moved.byToken);
}

export type WatchedSource = {
  readonly source: number;
  /** When the source was given work or gave a token; undefined of one that only gets ready. */
  readonly moved: Answering['moved'] | undefined;
  /** Tokens of prompt and answer so far. */
  readonly length: number;
  readonly detours: number;
};

/** The source that the answer waits for: the successor while there is one that opens or warms up. */
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
