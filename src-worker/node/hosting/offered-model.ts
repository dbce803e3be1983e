/** What a pool's members are told of a model of this machine's library: names, size and hashes, of its file too. */
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
  // What a model's file says is shown on other people's terminals.
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

/** For commands: "qwen3-8b-q4_k_m" would need an underscore, so what is neither letter nor digit becomes a dash. */
function idOf(name: string, quantisation: string): string {
  const words = `${name} ${quantisation}`.toLowerCase().match(/[a-z0-9.]+/g) ?? [];
  return words.join('-').replace(/^\.+/, '').slice(0, 64) || 'model';
}
