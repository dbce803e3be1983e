/** The error for an unknown path. Usually the client's base URL is wrong, or it uses another API. */
import { RequestError } from './openai-error.ts';

const paths = ['/v1/models', '/v1/chat/completions'];

/** @param host the name that the client used for this server */
export function missingRoute(method: string, url: string, host: string): RequestError {
  const path = url.split('?')[0]?.replaceAll(/\/+/g, '/').slice(0, 200) ?? '';
  const isBaseMissing = paths.some((known) => `/v1${path}`.startsWith(known));
  const remedy = isBaseMissing
    ? `Set the client's base URL to http://${host}/v1.`
    : "There are GET /v1/models, GET /v1/models/NAME and POST /v1/chat/completions, as in OpenAI's API.";
  return new RequestError(`There is no ${method} ${path}. ${remedy}`, null, 404);
}
