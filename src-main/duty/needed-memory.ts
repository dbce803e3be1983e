/** What the hosted layers need of the graphics cards: measured where they are loaded, expected where not. Pure. */
import type { Facts } from '../../src-shared/duty.ts';
import type { ShardStatus } from '../../src-shared/node-api.ts';
import type { Preferences } from '../../src-shared/preferences.ts';
import { usedCards } from './duty-input.ts';
import type { Loaded } from './engine-work.ts';
import { videoMemoryAllowance } from './limits.ts';

type Shard = Pick<ShardStatus, 'backend' | 'memoryBytes'> & {
  /** What the node expects it to take, where it can tell; see the worker's expected-memory.ts. */
  readonly expectedMemoryBytes?: number | undefined;
};

/**
 * @param before what was known last; `usesGpu` is what the layers are expected to do before they are loaded
 * @param gpus what is known of the cards now
 */
export function neededMemory(
  shards: readonly Shard[],
  before: Loaded,
  gpus: Facts['gpus'],
  preferences: Preferences,
): Loaded {
  const loaded = shards.filter(({ backend }) => backend !== null);
  if (loaded.length > 0) {
    const usesGpu = loaded.some(({ backend }) => backend !== 'cpu');
    const needs = shards.map((shard) => needOf(shard, usesGpu));
    return { usesGpu, videoMemoryNeededBytes: needs.reduce((sum, bytes) => sum + bytes, 0) };
  }
  const expected = expectedOf(shards);
  if (expected === undefined) {
    return before;
  }
  const isComparable = before.usesGpu && tellsMemory(gpus, preferences);
  return { usesGpu: before.usesGpu, videoMemoryNeededBytes: isComparable ? expected : 0 };
}

function needOf(
  { backend, memoryBytes, expectedMemoryBytes = 0 }: Shard,
  usesGpu: boolean,
): number {
  if (backend === null) {
    return usesGpu ? expectedMemoryBytes : 0;
  }
  return backend === 'cpu' ? 0 : memoryBytes;
}

/** Undefined where it cannot be told of all of them, or while the node does not say which there are. */
function expectedOf(shards: readonly Shard[]): number | undefined {
  const expected = shards.flatMap(({ expectedMemoryBytes }) => expectedMemoryBytes ?? []);
  return expected.length === 0 || expected.length < shards.length
    ? undefined
    : expected.reduce((sum, bytes) => sum + bytes, 0);
}

/**
 * An expectation keeps nobody from trying where it cannot be compared: without a card the layers go to the
 * processor, and a card that does not tell its memory may be one that they cannot use.
 */
function tellsMemory(gpus: Facts['gpus'], preferences: Preferences): boolean {
  const cards = gpus.isKnown ? usedCards(gpus.value, preferences) : [];
  return cards.length > 0 && cards.every((gpu) => videoMemoryAllowance(gpu, preferences).isKnown);
}
