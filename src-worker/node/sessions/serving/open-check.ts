/** Checks that a coordinator's `open` fits the shard that it names and does not contradict itself. */
import { AppError } from '../../../../src-shared/errors.ts';
import { feedsItself, samples, type StageRole } from '../../../wire/stage-role.ts';
import type { OpenMessage } from '../protocol/stage-messages.ts';

/** @throws AppError `protocol-violation` */
export function checkOpen(open: OpenMessage, role: StageRole): void {
  const isAlone = feedsItself(role);
  const complaint =
    isAlone !== (open.inputTicket === null)
      ? 'an input ticket is for a stage of several, and for each of them'
      : isAlone !== (open.output === null)
        ? 'an output is for a stage of several, and for each of them'
        : samples(role) !== (open.sampling !== null)
          ? 'the stage with the last layer samples, and no other'
          : open.sequenceTokens > open.cells || open.lastPosition > open.cells
            ? 'the prompt and every decoded token must fit into cells'
            : !samples(role) && open.generated !== undefined
              ? 'only the stage that samples has a use for what was generated'
              : (open.generated?.length ?? 0) >= open.sequenceTokens
                ? 'what was generated is a part of the sequence so far'
                : (open.resume?.tokens ?? 0) >= open.sequenceTokens
                  ? 'a sequence cannot resume more than it has, and its last token is computed in any case'
                  : undefined;
  if (complaint !== undefined) {
    throw new AppError('protocol-violation', `An open message contradicts itself: ${complaint}`);
  }
}
