/** Why a chain cannot go on, with the peer that is to blame, so that another route can leave it out. */
import { AppError, type ErrorCode } from '../../../src-shared/errors.ts';
import { shortName } from '../mesh/peer-name.ts';
import type { RouteStage } from '../routing/plan-route.ts';
import type { FailedMessage } from './stage-messages.ts';

/** Codes that mean the same to the requester as to the stage that says them. All others are the peer's fault. */
const codesPassedOn = new Set<ErrorCode>([
  'over-capacity',
  'engine-died',
  'engine-failed',
  'context-too-long',
  'request-invalid',
]);

/** Failures that another chain may well not have. */
const codesWorthAnotherRoute = new Set<ErrorCode>([
  'over-capacity',
  'engine-died',
  'engine-failed',
  'peer-failed',
]);

export class ChainFailure extends Error {
  readonly error: AppError;
  readonly peer: string;
  /** The peer only does not answer: it may be busy, and the answer went round it to be quicker. */
  readonly isSilence: boolean;

  constructor(error: AppError, peer: string, isSilence = false) {
    super(error.message, { cause: error });
    this.error = error;
    this.peer = peer;
    this.isSilence = isSilence;
  }

  get isWorthAnotherRoute(): boolean {
    return codesWorthAnotherRoute.has(this.error.code);
  }
}

/** What went wrong at a stage, as the requester should read it. */
export function stageFailure(stage: RouteStage, reason: string, cause?: unknown): ChainFailure {
  const error = new AppError('peer-failed', `${nameStage(stage)} ${reason}`, { cause });
  return new ChainFailure(error, stage.peer);
}

/** A stage that says nothing at all while the chain opens. */
export function silenceOf(stage: RouteStage): ChainFailure {
  const error = new AppError('peer-failed', `${nameStage(stage)} does not answer`);
  return new ChainFailure(error, stage.peer, true);
}

/** A stage's `failed` message. It may blame another stage of the route; whom else it names is not believed. */
export function reportedFailure(
  route: readonly RouteStage[],
  stage: RouteStage,
  { code, message, peer }: FailedMessage,
): ChainFailure {
  const blamed = route.find((other) => other.peer === peer) ?? stage;
  const told = message === '' ? 'no reason was given' : message;
  const error = new AppError(
    codesPassedOn.has(code) ? code : 'peer-failed',
    `${nameStage(blamed)} failed: ${told}`,
  );
  return new ChainFailure(error, blamed.peer);
}

function nameStage({ peer, firstLayer, lastLayer }: RouteStage): string {
  return `Peer ${shortName(peer)} (layers ${firstLayer} to ${lastLayer})`;
}
