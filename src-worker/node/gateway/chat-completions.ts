/** Handles `POST /v1/chat/completions`: one chat, answered as a whole or as a stream. */
import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ChatEvent } from '../../../src-shared/chat.ts';
import { AppError, describeCauses, toAppError } from '../../../src-shared/errors.ts';
import type { ChatService, OfferedModel } from '../text/chat-service.ts';
import { readChatCompletionRequest } from './chat-completion-request.ts';
import { type AnswerHead, CollectedAnswer, StreamedAnswer } from './chat-completion-response.ts';
import { EventStream, type EventStreamTimes } from './event-stream.ts';
import { openAiErrorOf } from './openai-error.ts';

export type ChatCompletionsOptions = EventStreamTimes & {
  readonly chat: ChatService;
  readonly log: (level: 'debug' | 'warn', message: string) => void;
  /** Aborted when the gateway closes. */
  readonly closing: AbortSignal;
};

/** Makes the route's handler. The generation ends as soon as the client disconnects. */
export function chatCompletions(options: ChatCompletionsOptions) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const wanted = readChatCompletionRequest(request.body);
    const head = answerHead(options.chat.offered(wanted.chat.model));
    const gone = new AbortController();
    reply.raw.once('close', () => {
      gone.abort();
    });
    const signal = AbortSignal.any([gone.signal, options.closing]);
    const events = untilClosing(options.chat.complete(wanted.chat, signal), options.closing);
    if (!wanted.stream) {
      const answer = new CollectedAnswer(head, wanted.chat.sampling.topLogprobs !== undefined);
      for await (const event of events) {
        answer.add(event);
      }
      return answer.toJson();
    }
    // An early failure is still an ordinary response with a status; after `quietMs` the stream begins, before clients give up.
    const first = events.next();
    if (await settlesWithin(options.quietMs, first)) {
      await first;
    }
    reply.hijack();
    const stream = new EventStream(reply.raw, options);
    stream.begin(reply.getHeaders());
    await sendEvents(stream, first, events, new StreamedAnswer(head, wanted.includeUsage), options);
    return reply;
  };
}

type ChatEvents = AsyncGenerator<ChatEvent, void, void>;

/** Passes the events on. After the gateway began to close, any error is replaced by one that says so. */
async function* untilClosing(events: ChatEvents, closing: AbortSignal): ChatEvents {
  try {
    yield* events;
  } catch (cause) {
    throw closing.aborted
      ? new AppError(
          'cancelled',
          'MindMesh stops, or starts anew with changed settings. Ask again once it runs.',
          { cause },
        )
      : cause;
  }
}

async function sendEvents(
  stream: EventStream,
  first: Promise<IteratorResult<ChatEvent, void>>,
  events: ChatEvents,
  answer: StreamedAnswer,
  { log }: ChatCompletionsOptions,
): Promise<void> {
  try {
    for (let next = await first; next.done !== true; next = await events.next()) {
      for (const chunk of answer.chunksOf(next.value)) {
        await stream.send(JSON.stringify(chunk));
      }
    }
    await stream.send('[DONE]');
  } catch (thrown) {
    const error = toAppError(thrown);
    log(error.code === 'cancelled' ? 'debug' : 'warn', describeCauses(error));
    // The client's library throws this error; a client that has gone cannot receive it.
    await stream.send(JSON.stringify(openAiErrorOf(error).body)).catch(() => {});
  } finally {
    await events.return();
    stream.end();
  }
}

function settlesWithin(ms: number, promise: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(false);
    }, ms);
    const settled = (): void => {
      clearTimeout(timer);
      resolve(true);
    };
    promise.then(settled, settled);
  });
}

function answerHead({ id, model }: OfferedModel): AnswerHead {
  return {
    id: `chatcmpl-${randomBytes(12).toString('hex')}`,
    created: Math.floor(Date.now() / 1000),
    model: id,
    system_fingerprint: `fp_${model.manifestId.slice(0, 12)}`,
  };
}
