/** What happens to an answer under way, and what is to be done about it. */
import type { AppError } from '../../../../src-shared/errors.ts';
import type { RouteStage } from '../../routing/plan-route.ts';
import type { ClosedMessage } from '../protocol/stage-messages.ts';
import type { Pace } from './answer-pace.ts';
import type { ChainFailure } from './chain-failure.ts';
import type { SampledToken } from './token-source.ts';

type Route = readonly RouteStage[];

/** With the peer in question left out as well as those that are avoided; undefined when there is no such route now. */
type Detour = { readonly detour: Route | undefined };

/** `source` is the number that the source was opened with. Times are monotonic, in milliseconds. */
export type AnswerEvent =
  | { readonly type: 'routed'; readonly route: Route }
  /** The search for a route is over, or something unexpected went wrong. */
  | { readonly type: 'unroutable'; readonly error: AppError }
  | {
      readonly type: 'opened';
      readonly source: number;
      readonly cachedTokens: number;
      readonly pace: Pace;
      readonly at: number;
    }
  /** A stage does not answer while the source opens. The failure says so, for when it is not waited for. */
  | ({
      readonly type: 'unanswered';
      readonly source: number;
      readonly failure: ChainFailure;
    } & Detour)
  | { readonly type: 'token'; readonly source: number; readonly token: SampledToken }
  /** The source is at its end, or could not be opened. */
  | ({ readonly type: 'failed'; readonly source: number; readonly failure: ChainFailure } & Detour)
  /** The peer will be gone soon. */
  | ({
      readonly type: 'draining';
      readonly source: number;
      readonly peer: string;
      readonly at: number;
    } & Detour)
  /** The peer holds the answer up. */
  | ({
      readonly type: 'stuck';
      readonly source: number;
      readonly peer: string;
      readonly isSilent: boolean;
    } & Detour)
  /** The source has not got on for so long that it is better given up. */
  | { readonly type: 'stalled'; readonly source: number; readonly failure: ChainFailure }
  | {
      readonly type: 'warmedUp';
      readonly source: number;
      readonly next: SampledToken;
      readonly pace: Pace;
      readonly at: number;
    }
  /** The source has been told what was generated. */
  | { readonly type: 'restored'; readonly source: number; readonly pace: Pace; readonly at: number }
  /** The answer is to end in order, as at an end of generation. */
  | { readonly type: 'finish' }
  | {
      readonly type: 'finished';
      readonly source: number;
      readonly accounts: readonly (ClosedMessage | undefined)[];
    }
  | { readonly type: 'cancel' };

export type AnswerEffect =
  /** Searches for a route, away from what is avoided where that is possible; answered by `routed` or `unroutable`. */
  | { readonly type: 'search'; readonly avoided: ReadonlySet<string> }
  /** The search leaves this peer out. `gotOn`: its source has brought the answer on. */
  | { readonly type: 'exclude'; readonly failure: ChainFailure; readonly gotOn: boolean }
  /** Answered by `opened` or `failed`. */
  | {
      readonly type: 'open';
      readonly source: number;
      readonly route: Route;
      readonly patience: number;
      readonly mayResume: boolean;
    }
  /** Computes the sequence from a position on, and what follows from it. */
  | {
      readonly type: 'run';
      readonly source: number;
      readonly from: number;
      readonly isExact: boolean;
    }
  /** Computes the sequence from a position on and nothing that follows; answered by `warmedUp`. */
  | {
      readonly type: 'warmUp';
      readonly source: number;
      readonly from: number;
      readonly isExact: boolean;
    }
  /** Answered by `restored` or `failed`. */
  | { readonly type: 'restoreHistory'; readonly source: number; readonly withinMs: number }
  /** The sequence has one token more, unless it ends it; the asker is told. */
  | { readonly type: 'yield'; readonly token: SampledToken }
  /** Answered by `finished`. `keepsPrompt`: what the stages computed of it is good for the next question. */
  | { readonly type: 'finish'; readonly source: number; readonly keepsPrompt: boolean }
  | { readonly type: 'abandon'; readonly source: number }
  /** The failure is told to the reputation book. */
  | { readonly type: 'blame'; readonly failure: ChainFailure }
  /** The peer does not answer, not even how far it is. */
  | { readonly type: 'reportSilence'; readonly peer: string }
  /** The peers refused a request that another source then answered. */
  | { readonly type: 'reportWrongRefusals'; readonly peers: readonly string[] }
  | {
      readonly type: 'end';
      readonly reason: 'end' | 'length';
      readonly accounts: readonly (ClosedMessage | undefined)[];
    }
  | { readonly type: 'fail'; readonly error: AppError };
