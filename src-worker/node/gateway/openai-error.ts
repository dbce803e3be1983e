/** Errors in the form of OpenAI's API, so that its clients understand them. */
import { AppError, type ErrorCode } from '../../../src-shared/errors.ts';

export type OpenAiError = {
  readonly status: number;
  readonly body: {
    readonly error: {
      readonly message: string;
      readonly type: string;
      readonly param: string | null;
      readonly code: string | null;
    };
  };
};

/** A request that is wrong in one place; `param` is its path, e.g. "messages[0].content". */
export class RequestError extends AppError {
  readonly param: string | null;
  readonly status: number;

  constructor(message: string, param: string | null, status = 400) {
    super('request-invalid', message);
    this.param = param;
    this.status = status;
  }
}

type ErrorKind = { readonly status: number; readonly type: string; readonly code: string };

const requestType = 'invalid_request_error';
const serverType = 'server_error';

/** The OpenAI form of the codes that a chat can end with; any other code is an internal error of the server. */
const kindByCode: Partial<Record<ErrorCode, ErrorKind>> = {
  'request-invalid': { status: 400, type: requestType, code: 'invalid_request' },
  'context-too-long': { status: 400, type: requestType, code: 'context_length_exceeded' },
  unauthorised: { status: 401, type: requestType, code: 'invalid_api_key' },
  'model-not-found': { status: 404, type: requestType, code: 'model_not_found' },
  'over-capacity': { status: 429, type: 'rate_limit_error', code: 'over_capacity' },
  'model-changed': { status: 503, type: serverType, code: 'model_changed' },
  'no-route': { status: 503, type: serverType, code: 'no_route' },
  'peer-failed': { status: 503, type: serverType, code: 'peer_failed' },
  'not-spoken': { status: 503, type: serverType, code: 'not_spoken' },
  'engine-died': { status: 503, type: serverType, code: 'engine_died' },
  cancelled: { status: 503, type: serverType, code: 'cancelled' },
  'timed-out': { status: 504, type: serverType, code: 'timed_out' },
};

const paramByCode: Partial<Record<ErrorCode, string>> = {
  'context-too-long': 'messages',
  'model-not-found': 'model',
};

/** An error's status and body. The message of an error for the log is not sent. */
export function openAiErrorOf(error: AppError): OpenAiError {
  const kind = kindByCode[error.code] ?? {
    status: 500,
    type: serverType,
    code: error.code.replaceAll('-', '_'),
  };
  const param = error instanceof RequestError ? error.param : (paramByCode[error.code] ?? null);
  const message =
    error.audience === 'log' ? 'Something went wrong; the log says what.' : error.message;
  return {
    status: error instanceof RequestError ? error.status : kind.status,
    body: { error: { message, type: kind.type, param, code: kind.code } },
  };
}
