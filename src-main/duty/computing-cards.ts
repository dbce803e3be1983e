/**
 * The cards that engines compute on: llama.cpp's devices, matched to the cards that the sensors see. What one side does not
 * tell, the other one fills in. Pure.
 */
import type { Compute, ComputeDevice } from '../../src-shared/compute.ts';
import type { GpuFacts } from '../../src-shared/duty.ts';
import type { Preferences } from '../../src-shared/settings/preferences.ts';

/** A card of the sensors, or one that only llama.cpp sees; `device` is llama.cpp's view, once that is known. */
export type ComputingCard = GpuFacts & { readonly device?: ComputeDevice };

/** What is known of the engines: what they were last loaded for, and what llama.cpp finds to compute on. */
export type ComputeKnowledge = {
  /** "cuda", "vulkan", "metal", "cpu"; null before a first load has told. */
  readonly backend: string | null;
  /** null before an engine has looked. */
  readonly compute: Compute | null;
  /** See device-use.ts; absent: nothing is told. */
  readonly othersOnDevices?: Readonly<Record<string, number>>;
};

/**
 * Those among them that the owner lets us use. Integrated ones are left out where there is another card, as llama.cpp does,
 * but for one that the owner chose by name.
 */
export function computingCards(
  gpus: readonly GpuFacts[],
  { cards }: Pick<Preferences, 'cards'>,
  knowledge: ComputeKnowledge,
): ComputingCard[] {
  const used = seenCards(gpus, knowledge).filter(({ id }) => cards[id]?.isUsed !== false);
  const isAnyDiscrete = used.some(({ isIntegrated }) => !isIntegrated);
  return used.filter(
    ({ id, isIntegrated }) => !(isIntegrated && isAnyDiscrete) || cards[id]?.isUsed === true,
  );
}

/** Before an engine has looked, CUDA is known to compute on NVIDIA's cards alone. */
function seenCards(
  gpus: readonly GpuFacts[],
  { backend, compute, othersOnDevices = {} }: ComputeKnowledge,
): readonly ComputingCard[] {
  if (compute !== null) {
    return matchedCards(gpus, compute.devices).map((card) =>
      withOthers(card, othersOnDevices[card.device?.id ?? '']),
    );
  }
  return backend === 'cuda' ? gpus.filter(({ vendor }) => vendor === 'nvidia') : gpus;
}

/**
 * Each device with its card: the one at its PCI address, else the only one that is integrated as it is, else the one of its
 * name, else the only one of its kind that is left. Equal cards are taken in order, where there are as many of them as of
 * devices. A device without a card, as in a virtual machine, is a card of which no more is known.
 */
export function matchedCards(
  gpus: readonly GpuFacts[],
  devices: readonly ComputeDevice[],
): ComputingCard[] {
  const left = new Set(gpus);
  const matches = new Map<ComputeDevice, GpuFacts>();
  for (const isMatch of [isAtAddress, isSameIntegrated, isSameName, isSameKind]) {
    for (const device of devices.filter((each) => !matches.has(each))) {
      const [first, ...others] = [...left].filter(
        (card) => mayBe(card, device) && isMatch(card, device),
      );
      const equal = devices.filter(({ name }) => name === device.name);
      const rivals = isMatch === isSameName ? equal.filter((each) => !matches.has(each)) : [device];
      if (first !== undefined && others.length === rivals.length - 1) {
        matches.set(device, first);
        left.delete(first);
      }
    }
  }
  return devices.map((device) => {
    const card = matches.get(device);
    return card === undefined ? unlisted(device) : completed(card, device);
  });
}

type Match = (card: GpuFacts, device: ComputeDevice) => boolean;

/** Where both have an address, no other likeness counts. */
const mayBe: Match = (card, device) =>
  card.pciAddress === undefined || !isPciAddress(device.id) || card.pciAddress === device.id;

const isAtAddress: Match = ({ pciAddress }, { id }) => pciAddress === id;

const isSameIntegrated: Match = (card, device) => card.isIntegrated && device.isIntegrated;

const isSameName: Match = (card, device) =>
  device.name.includes(card.name) || card.name.includes(device.name);

const isSameKind: Match = (card, device) => card.isIntegrated === device.isIntegrated;

function isPciAddress(id: string): boolean {
  return /^[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/.test(id);
}

/** The driver knows best whether a card is integrated, and the sensors how much memory a card of its own has. */
function completed(card: GpuFacts, device: ComputeDevice): ComputingCard {
  const memoryBytes =
    card.memoryBytes.isKnown || device.totalBytes === 0
      ? card.memoryBytes
      : ({ isKnown: true, value: device.totalBytes } as const);
  return { ...card, isIntegrated: device.isIntegrated, memoryBytes, device };
}

/** What the running engines tell of other programs' memory counts where no sensor tells it. */
function withOthers(card: ComputingCard, othersBytes: number | undefined): ComputingCard {
  return card.othersMemoryBytes.isKnown || othersBytes === undefined
    ? card
    : { ...card, othersMemoryBytes: { isKnown: true, value: othersBytes } };
}

const unseen = { isKnown: false, reason: { code: 'untold', fact: 'card-unlisted' } } as const;

function unlisted(device: ComputeDevice): ComputingCard {
  return {
    id: device.id,
    name: device.name,
    vendor: 'other',
    isIntegrated: device.isIntegrated,
    utilisation: unseen,
    othersUtilisation: unseen,
    memoryBytes: device.totalBytes > 0 ? { isKnown: true, value: device.totalBytes } : unseen,
    othersMemoryBytes: unseen,
    temperatureCelsius: unseen,
    powerWatts: unseen,
    fanShare: unseen,
    device,
  };
}
