/** Why a chain cannot go on, with the peer that is to blame, so that another route can leave it out. */
import { AppError, type ErrorCode } from '../../../../src-shared/errors.ts';
import { quoted } from '../../../../src-shared/printable.ts';
import { shortName } from '../../identity/peer-name.ts';
import type { RouteStage } from '../../routing/plan-route.ts';
import type { FailedMessage } from '../protocol/stage-messages.ts';

/** Codes that mean the same to the requester as to the stage that says them. All others are the peer's fault. */
const codesPassedOn = new Set<ErrorCode>([
  'over-capacity',
  'engine-died',
  'engine-failed',
  'context-too-long',
  'request-invalid',
  'not-spoken',
]);

/** Codes by which a stage says that the fault is the requester's. */
const refusals: ReadonlySet<ErrorCode> = new Set(['request-invalid', 'context-too-long']);

/** Failures that another chain may well not have; what one stage refuses, another may take. */
const codesWorthAnotherRoute: ReadonlySet<ErrorCode> = new Set([
  'over-capacity',
  'engine-died',
  'engine-failed',
  'peer-failed',
  'not-spoken',
  ...refusals,
]);

/** Whether a stage that ends so says that the request is at fault. */
export function isRefusal({ code }: Pick<AppError, 'code'>): boolean {
  return refusals.has(code);
}

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

/** A stage that said what this version does not know. Neither it nor this node is to blame. */
export function unspokenBy(stage: RouteStage, { code, message }: AppError): ChainFailure {
  const told = `${nameStage(stage)} speaks another version: ${message}`;
  return new ChainFailure(new AppError(code, told), stage.peer);
}

/** A stage that says nothing at all while the chain opens. */
export function silenceOf(stage: RouteStage): ChainFailure {
  const error = new AppError('peer-failed', `${nameStage(stage)} does not answer`);
  return new ChainFailure(error, stage.peer, true);
}

/**
 * A stage's `failed` message, with its words as a quotation. It may blame another stage of the route; whom else it names
 * is not believed, nor that another refuses the request: stages say that for themselves.
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

/** A stage to which no channel could be opened, as this node found out. */
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
