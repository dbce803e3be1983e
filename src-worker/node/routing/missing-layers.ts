/** Says which layers are missing for a complete chain, in words that a user can act on. */
import type { LayerRange } from '../../../src-shared/model.ts';
import { isWholeModel } from '../../../src-shared/layers.ts';

/** Runs of layers, in order, that no range covers. Ranges outside the model's layers are ignored. */
function missingLayers(ranges: readonly LayerRange[], layers: number): LayerRange[] {
  const covered = new Uint8Array(layers);
  for (const { firstLayer, lastLayer } of ranges) {
    covered.fill(1, firstLayer, lastLayer + 1);
  }
  const missing: LayerRange[] = [];
  for (let first = covered.indexOf(0); first !== -1;) {
    const end = covered.indexOf(1, first);
    const after = end === -1 ? layers : end;
    missing.push({ firstLayer: first, lastLayer: after - 1 });
    first = covered.indexOf(0, after);
  }
  return missing;
}

/**
 * One clause that names the missing layers, or says that the hosted shards do not join end to end. `whose` describes the
 * peers in question: "no peer {whose} hosts …".
 */
export function describeGaps(
  ranges: readonly LayerRange[],
  layers: number,
  whose = 'in reach',
): string {
  const missing = missingLayers(ranges, layers);
  if (missing.length === 0) {
    return `all its ${layers} layers are hosted, but the shards do not join end to end (${listLayers(ranges)})`;
  }
  const [only] = missing;
  if (missing.length === 1 && only !== undefined && isWholeModel(only, layers)) {
    return `no peer ${whose} hosts any of its ${layers} layers`;
  }
  return `no peer ${whose} hosts layers ${listLayers(missing)} of its ${layers}`;
}

/** Lists the first few ranges, since many peers may host many of them. */
export function listLayers(ranges: readonly LayerRange[], between = ', '): string {
  const names = [...new Set(ranges.map(nameRange))];
  return names.length > 8 ? `${names.slice(0, 8).join(between)} …` : names.join(between);
}

function nameRange({ firstLayer, lastLayer }: LayerRange): string {
  return firstLayer === lastLayer ? `${firstLayer}` : `${firstLayer}–${lastLayer}`;
}
