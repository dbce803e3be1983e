/**
 * A file on a web server, read in ranges. Addresses must be https on the internet, except for a server on this machine that the
 * owner named by plain http, which no catalog or pool can do. Redirects may lead to the internet or the same server. The file
 * must not change after it was opened.
 */
import type { Response } from 'undici';
import { AppError } from '../../../src-shared/errors.ts';
import { isLoopbackUrl, WebClient } from './web-client.ts';

const maxRedirects = 5;
const firstBytes = 65_536;

/** How long a whole response with all its redirects may take, in milliseconds. */
const longestResponseMs = 60_000;

/** How one file is requested. */
type Access = {
  readonly client: WebClient;
  /** The address by which the file was named: only this server may be on this machine. */
  readonly named: URL;
  readonly responseMs: number;
};

type Located = { readonly response: Response; readonly address: URL };

export class HttpFile {
  readonly url: string;
  readonly sizeBytes: number;
  /** The file's first bytes: 64 KiB, or all of a shorter file. */
  readonly start: Buffer<ArrayBuffer>;
  /** The address to which redirects led; requested directly until that fails. */
  #address: URL;
  readonly #version: string | null;
  readonly #access: Access;

  /**
   * Requests the file's start.
   * @param responseMs how long each response may take, in milliseconds
   * @throws AppError `request-invalid` for an address that may not be used; `peer-failed` when the server does
   * not respond, or does not support ranges
   */
  static async open(
    url: string,
    signal: AbortSignal,
    responseMs = longestResponseMs,
  ): Promise<HttpFile> {
    const access = { client: new WebClient(), named: allowedAddress(url), responseMs };
    const { response, address } = await get(access, access.named, 0, firstBytes, null, signal);
    const total = readTotal(response, 0);
    const start = await readBody(response, Math.min(firstBytes, total), signal);
    return new HttpFile(url, address, total, versionOf(response), start, access);
  }

  private constructor(
    url: string,
    address: URL,
    sizeBytes: number,
    version: string | null,
    start: Buffer<ArrayBuffer>,
    access: Access,
  ) {
    this.url = url;
    this.sizeBytes = sizeBytes;
    this.start = start;
    this.#address = address;
    this.#version = version;
    this.#access = access;
  }

  /**
   * Reads `length` bytes from `offset` on.
   * @throws AppError `peer-failed` as `open`, and when the file is shorter; `model-changed` when it is another
   */
  async read(offset: number, length: number, signal: AbortSignal): Promise<Buffer<ArrayBuffer>> {
    return await readBody(await this.#range(offset, length, signal), length, signal);
  }

  async #range(offset: number, length: number, signal: AbortSignal): Promise<Response> {
    let located: Located;
    try {
      located = await get(this.#access, this.#address, offset, length, this.#version, signal);
    } catch (error) {
      signal.throwIfAborted();
      const { named } = this.#access;
      if (this.#address.href === named.href) {
        throw error;
      }
      // Addresses that redirects lead to expire.
      located = await get(this.#access, named, offset, length, this.#version, signal);
    }
    this.#address = located.address;
    const total = readTotal(located.response, offset);
    const version = versionOf(located.response);
    if (total !== this.sizeBytes || (this.#version !== null && version !== this.#version)) {
      await located.response.body?.cancel();
      throw changed(this.url);
    }
    return located.response;
  }
}

/** @throws AppError `request-invalid` */
function allowedAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    url === undefined ||
    url.username !== '' ||
    !(url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackUrl(url)))
  ) {
    throw new AppError(
      'request-invalid',
      `${text.slice(0, 200)} cannot be used: models are fetched from addresses that begin with https:// only.`,
    );
  }
  return url;
}

async function get(
  { client, named, responseMs }: Access,
  first: URL,
  offset: number,
  length: number,
  version: string | null,
  signal: AbortSignal,
): Promise<Located> {
  const deadline = AbortSignal.timeout(responseMs);
  const headers = {
    range: `bytes=${offset}-${offset + length - 1}`,
    // In a compressed response, the range would not be the file's.
    'accept-encoding': 'identity',
    ...(version === null ? {} : { 'if-range': version }),
  };
  let address = first;
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    const isTrusted = named.protocol === 'http:' && address.origin === named.origin;
    const bounded = AbortSignal.any([signal, deadline]);
    const asked = client.get(address, isTrusted, headers, bounded);
    const response = await asked.catch((error: unknown) => {
      signal.throwIfAborted();
      throw deadline.aborted ? tooSlow(address.host) : error;
    });
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && location !== null) {
      await response.body?.cancel();
      address = allowedAddress(
        URL.canParse(location, address.href) ? new URL(location, address).href : location,
      );
    } else {
      return { response: await accepted(response, address, version !== null), address };
    }
  }
  throw new AppError('peer-failed', `${first.host} redirects too often.`);
}

/** The response, if it is a part of the file. */
async function accepted(response: Response, { host }: URL, isKnown: boolean): Promise<Response> {
  if (response.status === 206) {
    return response;
  }
  await response.body?.cancel();
  if (response.status === 200) {
    throw isKnown
      ? changed(host)
      : new AppError(
          'peer-failed',
          `${host} gives no parts of files, so this model cannot be downloaded from there.`,
        );
  }
  throw new AppError('peer-failed', `${host} responded with the status ${response.status}.`);
}

function tooSlow(host: string): AppError {
  return new AppError('peer-failed', `${host} did not respond in time.`);
}

function changed(where: string): AppError {
  return new AppError('model-changed', `The file at ${where} is not the one it was.`);
}

/** The file's strong entity tag; null without one, as dates and weak tags prove nothing. Size and hashes then have to do. */
function versionOf({ headers }: Response): string | null {
  const tag = headers.get('etag');
  return tag !== null && tag.startsWith('"') ? tag : null;
}

function readTotal({ headers }: Response, offset: number): number {
  const [, first, total] =
    /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? [];
  const size = Number(total);
  if (Number(first) !== offset || !Number.isSafeInteger(size)) {
    throw new AppError('peer-failed', 'A web server sent another part of the file than requested.');
  }
  return size;
}

/** Reads exactly this many bytes. */
async function readBody(
  response: Response,
  length: number,
  signal: AbortSignal,
): Promise<Buffer<ArrayBuffer>> {
  const body = Buffer.alloc(length);
  let filled = 0;
  try {
    for await (const piece of response.body ?? []) {
      if (filled + piece.byteLength > length) {
        break;
      }
      body.set(piece, filled);
      filled += piece.byteLength;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw new AppError('peer-failed', 'A web server ended in the middle of a response.', {
      cause: error,
    });
  }
  if (filled !== length) {
    throw new AppError('peer-failed', 'A web server sent less, or more, than requested.');
  }
  return body;
}
