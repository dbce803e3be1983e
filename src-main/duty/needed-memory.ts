/**
 * How much memory of the graphics cards the hosted layers need: measured where they are loaded, else expected. Pure.
 */
import type { Facts } from '../../src-shared/duty.ts';
import type { ShardStatus } from '../../src-shared/api/node-status.ts';
import type { Preferences } from '../../src-shared/settings/preferences.ts';
import { computingCards } from './computing-cards.ts';
import type { Loaded } from './engine-work.ts';
import { videoMemoryAllowance } from './limits.ts';

type Shard = Pick<ShardStatus, 'backend' | 'deviceBytes'> & {
  /** What the node expects it to take, where it can tell; see the worker's device-placement.ts. */
  readonly expectedDeviceBytes?: number | undefined;
};

/**
 * @param before the last result, with what llama.cpp finds now; its `usesGpu` is what is expected of the layers before they
 * are loaded
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
    const backend = loaded.find((shard) => shard.backend !== 'cpu')?.backend ?? 'cpu';
    const usesGpu = backend !== 'cpu';
    const needs = shards.map((shard) => needOf(shard, usesGpu));
    const videoMemoryNeededBytes = needs.reduce((sum, bytes) => sum + bytes, 0);
    return { ...before, usesGpu, backend, videoMemoryNeededBytes };
  }
  const expected = expectedOf(shards);
  if (before.compute !== null) {
    const cards = computingCards(gpus.isKnown ? gpus.value : [], preferences, before);
    const { backend } = before.compute;
    const usesGpu = cards.length > 0;
    const videoMemoryNeededBytes = usesGpu ? (expected ?? before.videoMemoryNeededBytes) : 0;
    return { ...before, usesGpu, backend: usesGpu ? backend : 'cpu', videoMemoryNeededBytes };
  }
  if (expected === undefined) {
    return before;
  }
  const room = before.usesGpu ? roomOf(gpus, preferences, before) : undefined;
  // Layers that the cards can never hold are tried all the same while the engines may turn out to use the processor.
  const isComparable = room !== undefined && (before.backend !== null || expected <= room);
  return { ...before, videoMemoryNeededBytes: isComparable ? expected : 0 };
}

function needOf(
  { backend, deviceBytes, expectedDeviceBytes = 0 }: Shard,
  usesGpu: boolean,
): number {
  if (backend === null) {
    return usesGpu ? expectedDeviceBytes : 0;
  }
  return backend === 'cpu' ? 0 : deviceBytes;
}

/** undefined when a layer's need is unknown, or while the node does not say which layers there are. */
function expectedOf(shards: readonly Shard[]): number | undefined {
  const expected = shards.flatMap(({ expectedDeviceBytes }) => expectedDeviceBytes ?? []);
  return expected.length === 0 || expected.length < shards.length
    ? undefined
    : expected.reduce((sum, bytes) => sum + bytes, 0);
}

/**
 * How many bytes of the cards MindMesh may have while no other program uses them. undefined where that cannot be
 * compared with an expectation, so that loading is tried: without a card the layers go to the processor, and a card
 * that does not tell its memory may be one that they cannot use.
 */
function roomOf(gpus: Facts['gpus'], preferences: Preferences, before: Loaded): number | undefined {
  const cards = gpus.isKnown ? computingCards(gpus.value, preferences, before) : [];
  if (cards.length === 0 || !cards.every((gpu) => videoMemoryAllowance(gpu, preferences).isKnown)) {
    return undefined;
  }
  const unused = { isKnown: true, value: 0 } as const;
  return cards
    .map((gpu) => videoMemoryAllowance({ ...gpu, othersMemoryBytes: unused }, preferences))
    .reduce((sum, each) => sum + (each.isKnown ? each.value : 0), 0);
}
