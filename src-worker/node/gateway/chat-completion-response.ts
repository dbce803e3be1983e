/**
 * Turns chat events into the objects of OpenAI's API: one for a whole answer, or one for each event of a stream. The
 * last object with choices has the receipts, in this app's own field `x_mindmesh`.
 */
import { missingCase } from '../../../src-shared/errors.ts';
import type { ChatEvent, Receipt, TokenDetail } from '../../../src-shared/chat.ts';

type TextEvent = Extract<ChatEvent, { type: 'text' }>;
type DoneEvent = Extract<ChatEvent, { type: 'done' }>;
type FinishReason = Extract<ChatEvent, { type: 'finished' }>['reason'];

/** The fields that all objects of one answer share. */
export type AnswerHead = {
  readonly id: string;
  /** Unix time in seconds. */
  readonly created: number;
  readonly model: string;
  /** The same value for the same weights. */
  readonly system_fingerprint: string;
};

type Logprob = { token: string; logprob: number; bytes: number[] };
type TokenLogprob = Logprob & { top_logprobs: Logprob[] };

function logprobOf(piece: string, logprob: number): Logprob {
  const bytes = Buffer.from(piece, 'latin1');
  // JSON has no infinity; OpenAI sends -9999 for tokens that are nearly impossible.
  return { token: bytes.toString('utf8'), logprob: Math.max(logprob, -9999), bytes: [...bytes] };
}

function tokenLogprobOf(detail: TokenDetail): TokenLogprob {
  return {
    ...logprobOf(detail.piece, detail.logprob),
    top_logprobs: detail.top.map(({ logprob }, index) =>
      logprobOf(detail.topPieces[index] ?? '', logprob),
    ),
  };
}

function logprobsOf(details: readonly TokenDetail[] | undefined) {
  return details === undefined ? null : { content: details.map(tokenLogprobOf), refusal: null };
}

function usageOf({ promptTokens, completionTokens }: DoneEvent) {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}

type CollectedChoice = { text: string; details: TokenDetail[]; reason: FinishReason };

/** Collects the events of a chat into a `chat.completion`, with log probabilities if `hasLogprobs`. */
export class CollectedAnswer {
  readonly #head: AnswerHead;
  readonly #hasLogprobs: boolean;
  readonly #choices = new Map<number, CollectedChoice>();
  #done: DoneEvent | undefined;

  constructor(head: AnswerHead, hasLogprobs: boolean) {
    this.#head = head;
    this.#hasLogprobs = hasLogprobs;
  }

  add(event: ChatEvent): void {
    if (event.type === 'done') {
      this.#done = event;
      return;
    }
    const choice = this.#choices.get(event.choice) ?? { text: '', details: [], reason: 'length' };
    this.#choices.set(event.choice, choice);
    if (event.type === 'finished') {
      choice.reason = event.reason;
      return;
    }
    choice.text += event.text;
    for (const detail of event.details ?? []) {
      choice.details.push(detail);
    }
  }

  /** The object; complete after the last event. */
  toJson() {
    const choices = [...this.#choices].toSorted(([one], [other]) => one - other);
    return {
      ...this.#head,
      object: 'chat.completion',
      choices: choices.map(([index, { text, details, reason }]) => ({
        index,
        message: { role: 'assistant', content: text, refusal: null },
        logprobs: this.#hasLogprobs ? logprobsOf(details) : null,
        finish_reason: reason,
      })),
      ...(this.#done === undefined
        ? {}
        : { usage: usageOf(this.#done), ...receiptField(this.#done.receipts) }),
    };
  }
}

function receiptField(receipts: readonly Receipt[]) {
  return { x_mindmesh: { receipts } };
}

/** Makes the `chat.completion.chunk` objects of a chat from its events. */
export class StreamedAnswer {
  readonly #head: AnswerHead;
  readonly #includeUsage: boolean;
  readonly #begun = new Set<number>();
  /** The end of a choice, held back until it is known whether it is the last one, which has the receipts. */
  #delayedEnd: { choice: number; reason: FinishReason } | undefined;

  constructor(head: AnswerHead, includeUsage: boolean) {
    this.#head = head;
    this.#includeUsage = includeUsage;
  }

  /** The chunks to send for an event. */
  chunksOf(event: ChatEvent): object[] {
    switch (event.type) {
      case 'text':
        return [...this.#releaseEnd(), ...this.#begin(event.choice), this.#textChunk(event)];
      case 'finished': {
        const before = [...this.#releaseEnd(), ...this.#begin(event.choice)];
        this.#delayedEnd = { choice: event.choice, reason: event.reason };
        return before;
      }
      case 'done': {
        const last = this.#releaseEnd(receiptField(event.receipts));
        return this.#includeUsage ? [...last, { ...this.#chunk([]), usage: usageOf(event) }] : last;
      }
      default:
        return missingCase(event);
    }
  }

  #begin(choice: number): object[] {
    if (this.#begun.has(choice)) {
      return [];
    }
    this.#begun.add(choice);
    const delta = { role: 'assistant', content: '', refusal: null };
    return [this.#choiceChunk({ index: choice, delta, logprobs: null, finish_reason: null })];
  }

  #textChunk({ choice, text, details }: TextEvent): object {
    return this.#choiceChunk({
      index: choice,
      delta: { content: text },
      logprobs: logprobsOf(details),
      finish_reason: null,
    });
  }

  #releaseEnd(extra: object = {}): object[] {
    const delayed = this.#delayedEnd;
    this.#delayedEnd = undefined;
    if (delayed === undefined) {
      return [];
    }
    const { choice, reason } = delayed;
    const end = { index: choice, delta: {}, logprobs: null, finish_reason: reason };
    return [{ ...this.#choiceChunk(end), ...extra }];
  }

  #choiceChunk(choice: object): object {
    // Where the client asked for usage, every chunk but the last has a null there, as in OpenAI's API.
    return { ...this.#chunk([choice]), ...(this.#includeUsage ? { usage: null } : {}) };
  }

  #chunk(choices: object[]): object {
    return { ...this.#head, object: 'chat.completion.chunk', choices };
  }
}
