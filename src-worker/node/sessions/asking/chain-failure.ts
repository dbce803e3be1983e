/** Why a chain failed, with the peer that is to blame, so that another route can leave it out. */
import { AppError, type ErrorCode } from '../../../../src-shared/errors.ts';
import { quoted } from '../../../../src-shared/printable.ts';
import { shortName } from '../../identity/peer-name.ts';
import type { RouteStage } from '../../routing/plan-route.ts';
import type { FailedMessage } from '../protocol/stage-messages.ts';

/** Codes that mean the same to the requester as to the stage that sent them. All others are the peer's fault. */
const codesPassedOn = new Set<ErrorCode>([
  'over-capacity',
  'engine-died',
  'engine-failed',
  'context-too-long',
  'request-invalid',
  'not-spoken',
]);

/** Codes with which a stage says that the requester is at fault. */
const refusals: ReadonlySet<ErrorCode> = new Set(['request-invalid', 'context-too-long']);

/** Failures that another chain may not have; a request that one stage refuses, another may accept. */
const codesWorthAnotherRoute: ReadonlySet<ErrorCode> = new Set([
  'over-capacity',
  'engine-died',
  'engine-failed',
  'peer-failed',
  'not-spoken',
  ...refusals,
]);

/** Whether the error says that the request is at fault. */
export function isRefusal({ code }: Pick<AppError, 'code'>): boolean {
  return refusals.has(code);
}

export class ChainFailure extends Error {
  readonly error: AppError;
  readonly peer: string;
  /** The peer is only silent: it may be busy, and the answer avoids it to be quicker. */
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

/** A failure of a stage, in words for the requester. */
export function stageFailure(stage: RouteStage, reason: string, cause?: unknown): ChainFailure {
  const error = new AppError('peer-failed', `${nameStage(stage)} ${reason}`, { cause });
  return new ChainFailure(error, stage.peer);
}

/** A stage sent a message that this version does not know. Neither it nor this node is to blame. */
export function unspokenBy(stage: RouteStage, { code, message }: AppError): ChainFailure {
  const told = `${nameStage(stage)} speaks another version: ${message}`;
  return new ChainFailure(new AppError(code, told), stage.peer);
}

/** A stage sends nothing at all while the chain opens. */
export function silenceOf(stage: RouteStage): ChainFailure {
  const error = new AppError('peer-failed', `${nameStage(stage)} does not reply`);
  return new ChainFailure(error, stage.peer, true);
}

/**
 * The failure in a stage's `failed` message, with its words as a quotation. The stage may blame another stage of the
 * route. A peer outside the route is not believed to be at fault, nor another stage to refuse the request: stages refuse
 * for themselves.
 */
export function reportedFailure(
  route: readonly RouteStage[],
  stage: RouteStage,
  { code, message, peer }: FailedMessage,
): ChainFailure {
  const other = isRefusal({ code }) ? undefined : route.find((each) => each.peer === peer);
  const blamed = other ?? stage;
  const failed = isRefusal({ code }) ? 'refused the request' : 'failed';
  const teller = blamed === stage ? 'It' : `Peer ${shortName(stage.peer)}`;
  const told = message === '' ? 'It gave no reason' : `${teller} said: ${quoted(message)}`;
  const error = new AppError(
    codesPassedOn.has(code) ? code : 'peer-failed',
    `${nameStage(blamed)} ${failed}. ${told}`,
  );
  return new ChainFailure(error, blamed.peer);
}

/** This node could open no channel to the stage. */
export function unreachable(stage: RouteStage, { code, message }: AppError): ChainFailure {
  const told = new AppError(
    codesPassedOn.has(code) ? code : 'peer-failed',
    `${nameStage(stage)} failed: ${message}`,
  );
  return new ChainFailure(told, stage.peer);
}

function nameStage({ peer, firstLayer, lastLayer }: RouteStage): string {
  return `Peer ${shortName(peer)} (layers ${firstLayer} to ${lastLayer})`;
}

export function cancelled(): AppError {
  return new AppError('cancelled', 'The request was cancelled');
}
