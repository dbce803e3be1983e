/** Whether a coordinator's `open` makes sense for the shard that it asks for. */
import { AppError } from '../../../../src-shared/errors.ts';
import type { ShardRole } from '../../../wire/engine-messages.ts';
import type { OpenMessage } from '../protocol/stage-messages.ts';

/** @throws AppError `protocol-violation` */
export function checkOpen(open: OpenMessage, role: ShardRole): void {
  const isAlone = role === 'whole';
  const samples = role === 'whole' || role === 'last';
  const complaint =
    isAlone !== (open.inputTicket === null)
      ? 'an input ticket is for a stage of several, and for each of them'
      : isAlone !== (open.output === null)
        ? 'an output is for a stage of several, and for each of them'
        : samples !== (open.sampling !== null)
          ? 'the stage with the last layer samples, and no other'
          : open.promptTokens > open.maxTokens || open.decodeUntil > open.maxTokens
            ? 'the prompt and every decoded token must fit into maxTokens'
            : !samples && open.generated !== undefined
              ? 'only the stage that samples has a use for what was generated'
              : (open.generated?.length ?? 0) >= open.promptTokens
                ? 'what was generated is a part of the sequence so far'
                : (open.resume?.tokens ?? 0) >= open.promptTokens
                  ? 'a sequence cannot resume more than it has, and its last token is computed in any case'
                  : undefined;
  if (complaint !== undefined) {
    throw new AppError('protocol-violation', `An open message contradicts itself: ${complaint}`);
  }
}
