/** The `open` messages for the stages of a chain. */
import { randomBytes } from 'node:crypto';
import { rangeOf } from '../../../../src-shared/layers.ts';
import type { Sampling } from '../../../../src-shared/model.ts';
import { ownSpeaks } from '../../../wire/speaks.ts';
import type { OpenMessage } from '../protocol/stage-messages.ts';
import type { TokenSourceOptions } from './token-source.ts';

/** One `open` message for each stage, with a ticket for each link between stages; a chain of one has no links. */
export function openMessages(
  { route, model, sampling, sequence, promptTokens, maxSequenceTokens, resume }: TokenSourceOptions,
  session: string,
): OpenMessage[] {
  const tickets = route.map(() => randomName());
  const isRing = route.length > 1;
  const lastPosition = maxSequenceTokens - 1;
  const generated = needsHistory(sampling) ? sequence.slice(promptTokens) : [];
  const hasGenerated = generated.length > 0;
  return route.map((stage, index) => {
    const nextIndex = (index + 1) % route.length;
    const next = route[nextIndex];
    const ticket = tickets[nextIndex];
    return {
      speaks: ownSpeaks,
      session,
      manifestId: model.manifestId,
      layers: rangeOf(stage),
      inputTicket: isRing ? (tickets[index] ?? null) : null,
      output:
        isRing && next !== undefined && ticket !== undefined ? { peer: next.peer, ticket } : null,
      sampling: index === route.length - 1 ? sampling : null,
      lastPosition,
      cells: lastPosition,
      sequenceTokens: sequence.length,
      ...(resume === undefined ? {} : { resume }),
      ...(hasGenerated && index === route.length - 1 ? { generated } : {}),
    };
  });
}

/** Whether penalties or a grammar make sampling depend on the tokens generated before, not on the logits alone. */
export function needsHistory(sampling: Sampling): boolean {
  const { grammar, repetitionPenalty, presencePenalty, frequencyPenalty } = sampling;
  return (
    grammar !== undefined ||
    repetitionPenalty !== 1 ||
    presencePenalty !== 0 ||
    frequencyPenalty !== 0
  );
}

/** 128 random bits in hexadecimal: a session's name, or a ticket. */
export function randomName(): string {
  return randomBytes(16).toString('hex');
}
