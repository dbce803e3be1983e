/** The events that an answer takes, and the effects that it has carried out. */
import type { AppError } from '../../../../src-shared/errors.ts';
import type { RouteStage } from '../../routing/plan-route.ts';
import type { ClosedMessage } from '../protocol/stage-messages.ts';
import type { Pace } from './answer-pace.ts';
import type { ChainFailure } from './chain-failure.ts';
import type { SampledToken } from './token-source.ts';

type Route = readonly RouteStage[];

/** A route without the peer in question and without the avoided ones; undefined when there is none now. */
type Detour = { readonly detour: Route | undefined };

/** `source` is the number that the source was opened with. Times are monotonic, in milliseconds. */
export type AnswerEvent =
  | { readonly type: 'routed'; readonly route: Route }
  /** The search found no route, or something unexpected went wrong. */
  | { readonly type: 'unroutable'; readonly error: AppError }
  | {
      readonly type: 'opened';
      readonly source: number;
      readonly cachedTokens: number;
      readonly pace: Pace;
      readonly at: number;
    }
  /** A stage is silent while the source opens. `failure` says so, for the case that the answer leaves that stage. */
  | ({
      readonly type: 'silent';
      readonly source: number;
      readonly failure: ChainFailure;
    } & Detour)
  | { readonly type: 'token'; readonly source: number; readonly token: SampledToken }
  /** The source ended with an error, or could not be opened. */
  | ({ readonly type: 'failed'; readonly source: number; readonly failure: ChainFailure } & Detour)
  /** The peer announced that it leaves soon. */
  | ({
      readonly type: 'draining';
      readonly source: number;
      readonly peer: string;
      readonly at: number;
    } & Detour)
  /** The answer waits for this peer. `isSilent`: it does not report its progress either. */
  | ({
      readonly type: 'stuck';
      readonly source: number;
      readonly peer: string;
      readonly isSilent: boolean;
    } & Detour)
  /** The source has made no progress for so long that the answer gives it up. */
  | { readonly type: 'stalled'; readonly source: number; readonly failure: ChainFailure }
  | {
      readonly type: 'warmedUp';
      readonly source: number;
      readonly next: SampledToken;
      readonly pace: Pace;
      readonly at: number;
    }
  /** The source's sampler knows the tokens that were generated so far. */
  | { readonly type: 'restored'; readonly source: number; readonly pace: Pace; readonly at: number }
  /** The caller ends the answer in order, as the model's end of generation would. */
  | { readonly type: 'finish' }
  | {
      readonly type: 'finished';
      readonly source: number;
      readonly accounts: readonly (ClosedMessage | undefined)[];
    }
  | { readonly type: 'cancel' };

export type AnswerEffect =
  /** Searches for a route, without the avoided peers where that is possible; followed by `routed` or `unroutable`. */
  | { readonly type: 'search'; readonly avoided: ReadonlySet<string> }
  /** The search leaves this peer out. `madeProgress`: its source generated tokens before it failed. */
  | { readonly type: 'exclude'; readonly failure: ChainFailure; readonly madeProgress: boolean }
  /** Followed by `opened` or `failed`. */
  | {
      readonly type: 'open';
      readonly source: number;
      readonly route: Route;
      readonly patience: number;
      readonly mayResume: boolean;
    }
  /** Computes the sequence from a position on and generates what follows it. */
  | {
      readonly type: 'run';
      readonly source: number;
      readonly from: number;
      readonly isExact: boolean;
    }
  /** Computes the sequence from a position on and generates nothing; followed by `warmedUp`. */
  | {
      readonly type: 'warmUp';
      readonly source: number;
      readonly from: number;
      readonly isExact: boolean;
    }
  /** Followed by `restored` or `failed`. */
  | { readonly type: 'restoreHistory'; readonly source: number; readonly withinMs: number }
  /** Appends the token to the sequence, unless it ends the generation, and hands it to the caller. */
  | { readonly type: 'yield'; readonly token: SampledToken }
  /** Followed by `finished`. `keepsPrompt`: the stages computed the prompt in pieces that the next question can resume. */
  | { readonly type: 'finish'; readonly source: number; readonly keepsPrompt: boolean }
  | { readonly type: 'abandon'; readonly source: number }
  /** Reports the failure as evidence about its peer. */
  | { readonly type: 'blame'; readonly failure: ChainFailure }
  /** Reports a peer that sends nothing at all, not even its progress. */
  | { readonly type: 'reportSilence'; readonly peer: string }
  /** Reports peers that refused a request which another source then answered. */
  | { readonly type: 'reportWrongRefusals'; readonly peers: readonly string[] }
  | {
      readonly type: 'end';
      readonly reason: 'end' | 'length';
      readonly accounts: readonly (ClosedMessage | undefined)[];
    }
  | { readonly type: 'fail'; readonly error: AppError };
