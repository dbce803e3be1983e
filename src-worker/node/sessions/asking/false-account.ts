/**
 * Whether a stage's signed account contradicts what the coordinator knows of its session. Only what no other peer could have
 * caused counts against the stage: what the coordinator sent to it, and what it told the coordinator itself. Work that other
 * stages sent to it is unknown here, and a stage that lies about that could make an honest one look guilty. Computing time
 * does not count either: one batch may serve several segments, and clocks stand still while a machine sleeps. Pure.
 */
import { isSameRange } from '../../../../src-shared/layers.ts';
import {
  openStageAccount,
  type StageAccount,
} from '../../../../src-shared/receipt/stage-account.ts';
import type { ClosedMessage, OpenMessage } from '../protocol/stage-messages.ts';

/** What the coordinator knows of a session by itself. */
export type KnownSession = {
  /** The stage's peer id. */
  readonly peer: string;
  readonly requester: string;
  readonly open: Pick<OpenMessage, 'session' | 'manifestId' | 'layers' | 'lastPosition'>;
  /** How many tokens the stage said that it had cached. */
  readonly cachedTokens: number;
  /** How many tokens the stage sampled for the coordinator, each from at least one that it computed. */
  readonly sampledTokens: number;
  /** How many tokens can have come to the stage; undefined where other stages decide that. */
  readonly mostTokens: number | undefined;
};

/** What is false in the account, as the end of a sentence; undefined when nothing is, and when its signature proves nothing. */
export function falsehoodIn(told: ClosedMessage, known: KnownSession): string | undefined {
  const account = signedBy(known.peer, told.signed);
  if (account === undefined) {
    return undefined;
  }
  const { session, manifestId, layers, lastPosition } = known.open;
  const { fromPosition, toPosition, tokens } = account;
  const contradictions: readonly (readonly [boolean, string])[] = [
    [account.session !== session, 'is of another session'],
    [account.requester !== known.requester, 'is for another requester'],
    [account.manifestId !== manifestId, 'is of another model'],
    [!isSameRange(account, layers), 'is of other layers'],
    [tokens !== told.tokens, `counts ${tokens} tokens where it told of ${told.tokens}`],
    [
      fromPosition !== known.cachedTokens,
      `begins at ${fromPosition} where it had ${known.cachedTokens} tokens cached`,
    ],
    [toPosition > lastPosition, `ends at ${toPosition}, behind the session's ${lastPosition}`],
    [
      tokens < known.sampledTokens,
      `counts ${tokens} tokens where it sampled ${known.sampledTokens}`,
    ],
    [
      tokens > (known.mostTokens ?? tokens),
      `counts ${tokens} tokens where at most ${known.mostTokens} can have come`,
    ],
  ];
  return contradictions.find(([isSo]) => isSo)?.[1];
}

/** The account that this peer signed; undefined for any other text: another peer's signature says nothing of this one. */
function signedBy(peer: string, text: string | undefined): StageAccount | undefined {
  try {
    const { signer, value } = openStageAccount(text ?? '');
    return signer === peer ? value : undefined;
  } catch {
    return undefined;
  }
}
