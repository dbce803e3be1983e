/**
 * The one error type of the project. Only `code`, `message` and `advice` cross boundaries between processes and
 * machines; the cause stays in the log of the process that saw it.
 */
import { unexpectedWords } from './words/errors.ts';

/** The reader of the message: the person at the window, the caller of an API, or the log's reader. */
export type Audience = 'user' | 'caller' | 'log';

/** Every code with its audience. Written out, never renamed: codes travel between versions of the app. */
export const errorAudiences = {
  'gguf-invalid': 'user',
  'gguf-unsupported': 'user',
  'model-not-found': 'caller',
  'model-changed': 'user',
  'engine-release-mismatch': 'user',
  'engine-load-failed': 'user',
  'engine-died': 'caller',
  'engine-failed': 'caller',
  'request-invalid': 'caller',
  'context-too-long': 'caller',
  unauthorised: 'caller',
  'over-capacity': 'caller',
  'no-route': 'caller',
  'peer-failed': 'caller',
  'protocol-violation': 'log',
  'not-spoken': 'caller',
  cancelled: 'caller',
  'timed-out': 'caller',
  'port-taken': 'user',
  'data-folder-unusable': 'user',
  'data-folder-in-use': 'user',
  'database-too-new': 'user',
  'database-damaged': 'user',
  'setting-invalid': 'user',
  'child-failed': 'user',
  'not-running': 'user',
  internal: 'log',
} as const satisfies Record<string, Audience>;

export type ErrorCode = keyof typeof errorAudiences;

/**
 * What a person could do about an error, where the command line and the window differ in that. A message never says
 * it: the program that shows the message adds its own words for the advice.
 */
export const advices = [
  'choose-data-folder',
  'reach-other-host',
  'choose-api-port',
  'choose-window-port',
  'serve-window',
  'create-pool',
  'list-pools',
  'leave-for-good',
] as const;
export type Advice = (typeof advices)[number];

/** What crosses a boundary in place of an error: a code, a sentence and maybe an advice, but no stack. */
export type ErrorReport = {
  readonly code: ErrorCode;
  readonly message: string;
  readonly advice?: Advice | undefined;
};

/** Longest message of a report, in UTF-16 units; a receiver refuses a longer one. */
export const longestReport = 4096;

export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly advice: Advice | undefined;

  /** `message` is one sentence that says what went wrong and where. It names no command and no command-line flag. */
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown; advice?: Advice }) {
    super(message, options);
    this.code = code;
    this.advice = options?.advice;
  }

  get audience(): Audience {
    return errorAudiences[this.code];
  }

  /** The error for another process or peer, with its message cut: a message may repeat a request of any length. */
  toReport(): ErrorReport {
    const { code, message, advice } = this;
    const report = { code, message: message.slice(0, longestReport) };
    return advice === undefined ? report : { ...report, advice };
  }

  static fromReport({ code, message, advice }: ErrorReport): AppError {
    return new AppError(code, message, advice === undefined ? {} : { advice });
  }
}

/** Any thrown value as an AppError. One that is no AppError becomes `internal`, with the value as its cause. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) {
    return thrown;
  }
  const message = thrown instanceof Error ? thrown.message : inWords(thrown);
  return new AppError('internal', unexpectedWords(message), { cause: thrown });
}

/** The error with its chain of causes, for the log. */
export function describeCauses(thrown: unknown): string {
  const parts: string[] = [];
  for (let current = thrown; current !== undefined && current !== null && parts.length < 8;) {
    parts.push(current instanceof Error ? (current.stack ?? current.message) : inWords(current));
    current = current instanceof Error ? current.cause : undefined;
  }
  return parts.join('\n  caused by: ');
}

/** A text for a thrown value that is no Error. */
function inWords(thrown: unknown): string {
  return typeof thrown === 'string' ? thrown : (JSON.stringify(thrown) ?? typeof thrown);
}

/**
 * Ends a switch over a union: the compiler reports a missing case, and at run time an impossible value fails clearly.
 */
export function missingCase(value: never): never {
  throw new AppError('internal', `No case for ${JSON.stringify(value)}`);
}
