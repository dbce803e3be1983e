/**
 * The conversation as data, and how events change it. Pure: the session passes events in, and the view shows the
 * result. Every event names its attempt, so that late text of an answer that was stopped, retried or cleared changes
 * nothing.
 *
 *   waiting → streaming → done | stopped | failed     (retry: a new attempt, waiting again)
 */
import type { Receipt } from '../../../src-shared/chat.ts';
import { missingCase, type ErrorCode } from '../../../src-shared/errors.ts';

/** Why there is no answer: the host's code and sentence, or a broken connection to the host. */
export type Failure =
  | { readonly kind: 'reported'; readonly code: ErrorCode; readonly message: string }
  | { readonly kind: 'connection-lost' };

type AnswerStatus = 'waiting' | 'streaming' | 'done' | 'stopped' | 'failed';

export interface Answer {
  readonly attempt: number;
  readonly model: string;
  readonly status: AnswerStatus;
  readonly text: string;
  /** True when the model had to stop because its context is full. */
  readonly cutShort: boolean;
  readonly receipt: Receipt | null;
  readonly failure: Failure | null;
}

export interface Exchange {
  /** Unique while the window is open. */
  readonly id: number;
  readonly question: string;
  readonly answer: Answer;
}

export interface ChatState {
  /** Counts the conversations. */
  readonly conversation: number;
  readonly exchanges: readonly Exchange[];
}

export type ChatAction =
  | { type: 'asked'; attempt: number; model: string; question: string }
  /** The last question is asked again, without its old answer. */
  | { type: 'retried'; attempt: number; model: string }
  | { type: 'text'; attempt: number; text: string }
  | { type: 'cut-short'; attempt: number }
  | { type: 'done'; attempt: number; receipt: Receipt | null }
  | { type: 'stopped'; attempt: number }
  | { type: 'failed'; attempt: number; failure: Failure }
  | { type: 'cleared' };

export const emptyChat: ChatState = { conversation: 0, exchanges: [] };

/** Whether an answer is under way. */
export function isAnswering(state: ChatState): boolean {
  const answer = state.exchanges.at(-1)?.answer;
  return answer?.status === 'waiting' || answer?.status === 'streaming';
}

function newAnswer(attempt: number, model: string): Answer {
  return {
    attempt,
    model,
    status: 'waiting',
    text: '',
    cutShort: false,
    receipt: null,
    failure: null,
  };
}

function replaceLastAnswer(state: ChatState, answer: Answer): ChatState {
  const last = state.exchanges.at(-1);
  return last === undefined
    ? state
    : { ...state, exchanges: [...state.exchanges.slice(0, -1), { ...last, answer }] };
}

/** Changes the answer under way, if it belongs to this attempt. */
function changeAnswer(state: ChatState, attempt: number, change: Partial<Answer>): ChatState {
  const answer = state.exchanges.at(-1)?.answer;
  return answer?.attempt === attempt && isAnswering(state)
    ? replaceLastAnswer(state, { ...answer, ...change })
    : state;
}

/** The conversation after an event. The same object when the event changes nothing. */
export function nextChat(state: ChatState, action: ChatAction): ChatState {
  switch (action.type) {
    case 'asked': {
      const answer = newAnswer(action.attempt, action.model);
      const exchange = { id: action.attempt, question: action.question, answer };
      return { ...state, exchanges: [...state.exchanges, exchange] };
    }
    case 'retried':
      return replaceLastAnswer(state, newAnswer(action.attempt, action.model));
    case 'text': {
      const before = state.exchanges.at(-1)?.answer.text ?? '';
      const text = before + action.text;
      return changeAnswer(state, action.attempt, { status: 'streaming', text });
    }
    case 'cut-short':
      return changeAnswer(state, action.attempt, { cutShort: true });
    case 'done':
      return changeAnswer(state, action.attempt, { status: 'done', receipt: action.receipt });
    case 'stopped':
      return changeAnswer(state, action.attempt, { status: 'stopped' });
    case 'failed':
      return changeAnswer(state, action.attempt, { status: 'failed', failure: action.failure });
    case 'cleared':
      return { conversation: state.conversation + 1, exchanges: [] };
    default:
      return missingCase(action);
  }
}
