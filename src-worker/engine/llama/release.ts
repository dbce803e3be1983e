/**
 * Refuses every llama.cpp release except the one for which llama-layouts.ts was written. With another
 * layout of a struct nothing would fail, but one parameter would silently be read as another.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../../src-shared/errors.ts';
import { expectedRelease } from '../../../src-shared/llama-release.ts';
import type { ContextParameters, ModelParameters } from './llama-layouts.ts';

const buildMetadataSchema = z.object({
  buildOptions: z.object({ llamaCpp: z.object({ release: z.string() }) }),
});

/** `libllama.v0.5.0.so`, `libllama.cuda.v0.5.0.so`, `llama.v0.5.0.dll`: the release is the last part. */
const libraryName = /^(?:lib)?llama\.(?:[a-z0-9]+\.)?(v[^-]+)\.(?:so|dylib|dll)$/;

/**
 * Checks a folder of libraries before anything in it is loaded: its build metadata and its file names.
 * @throws AppError `engine-release-mismatch`
 */
export function checkReleaseOfFolder(folder: string): void {
  const declared = declaredRelease(folder);
  if (declared !== expectedRelease) {
    throw mismatch(`the libraries in ${folder} are of release ${declared}`);
  }
  const named = readdirSync(folder)
    .map((name) => libraryName.exec(name)?.[1])
    .filter((release) => release !== undefined);
  if (named.length !== 1 || named[0] !== expectedRelease) {
    throw mismatch(
      `the libraries in ${folder} are named as release ${named.join(', ') || 'unknown'}`,
    );
  }
}

/**
 * Checks the loaded libraries: their version, and that their default parameters read as this
 * release's defaults, which they would not in another layout.
 * @param version the result of `llama_version`, e.g. "0.5.0-dev"
 * @throws AppError `engine-release-mismatch`
 */
export function checkLoadedRelease(
  version: string,
  model: ModelParameters,
  context: ContextParameters,
): void {
  if (`v${version.split('-')[0]}` !== expectedRelease) {
    throw mismatch(`the loaded library calls itself ${version}`);
  }
  const found = [
    model.n_gpu_layers,
    model.split_mode,
    model.load_mode,
    model.use_extra_bufts,
    context.n_ctx,
    context.n_batch,
    context.n_ubatch,
    context.n_seq_max,
    context.n_outputs_max,
    context.flash_attn_type,
    context.rope_freq_base,
    context.yarn_ext_factor,
    context.defrag_thold,
    context.type_k,
    context.type_v,
    context.offload_kqv,
    context.swa_full,
    context.kv_unified,
    context.n_samplers,
  ];
  const expected = [
    -1,
    1,
    -1,
    true,
    512,
    2048,
    512,
    1,
    0,
    -1,
    0,
    -1,
    -1,
    1,
    1,
    true,
    true,
    false,
    0,
  ];
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw mismatch(`its default parameters read as ${JSON.stringify(found)}`);
  }
}

function declaredRelease(folder: string): string {
  const path = join(folder, '_nlcBuildMetadata.json');
  try {
    return buildMetadataSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).buildOptions.llamaCpp
      .release;
  } catch (cause) {
    throw new AppError(
      'engine-release-mismatch',
      `Cannot tell which llama.cpp release is in ${folder}, because ${path} cannot be read; ${remedy}`,
      { cause },
    );
  }
}

const remedy =
  'reinstall the app, or run `npm ci` in its source folder, to get the libraries it was built for.';

function mismatch(found: string): AppError {
  return new AppError(
    'engine-release-mismatch',
    `This app needs llama.cpp ${expectedRelease}, but ${found}; ${remedy}`,
  );
}
