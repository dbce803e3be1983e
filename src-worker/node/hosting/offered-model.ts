/** The offer of a model in this machine's library to a pool: names, size and hashes, also of its file. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { AppError } from '../../../src-shared/errors.ts';
import type { PoolParams } from '../../../src-shared/api/pools.ts';
import type { PoolModelFacts } from '../pools/membership/pool-model.ts';
import type { LibraryModel } from '../models/library.ts';

/** @throws AppError `request-invalid` for an address of a model whose file is not here, or that cannot be read */
export async function poolModelOf(
  { manifestId, summary, path }: Pick<LibraryModel, 'manifestId' | 'summary' | 'path'>,
  { licence, url }: Pick<PoolParams<'poolOffer'>, 'licence' | 'url'>,
): Promise<PoolModelFacts & { readonly id: string }> {
  const { quantisation, sizeBytes } = summary;
  // The name comes from the model's file and is shown on the terminals of others, so control characters are removed.
  const name = summary.name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim() || 'Model';
  const facts = { id: idOf(name, quantisation), name, licence, quantisation, manifestId };
  if (url === undefined) {
    return { ...facts, sizeBytes };
  }
  if (path === null) {
    throw new AppError(
      'request-invalid',
      `The whole file of ${name} is not on this machine, so it cannot be told whether that address has the same. Offer it without an address.`,
    );
  }
  try {
    const { size } = await stat(path);
    return { ...facts, sizeBytes: size, file: { url, sha256: await hashOf(path) } };
  } catch (error) {
    throw new AppError('request-invalid', `The file of ${name} cannot be read.`, { cause: error });
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(part);
  }
  return hash.digest('hex');
}

/** The id for commands, like "qwen3-8b-q4-k-m": every character that is not a letter or digit becomes a dash. */
function idOf(name: string, quantisation: string): string {
  const words = `${name} ${quantisation}`.toLowerCase().match(/[a-z0-9.]+/g) ?? [];
  return words.join('-').replace(/^\.+/, '').slice(0, 64) || 'model';
}
