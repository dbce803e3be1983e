/** The graphics devices that llama.cpp finds, and each card with what engines do with it. Pure. */
import type { Compute, UsedDevice } from '../../src-shared/compute.ts';
import type { GpuFacts, Reading } from '../../src-shared/duty.ts';
import type {
  CardFact,
  CardUse,
  Finding,
  FindingLevel,
  FindingOf,
} from '../../src-shared/doctor/finding.ts';
import type { Settings } from '../../src-shared/settings/settings.ts';
import { type ComputingCard, computingCards, matchedCards } from '../duty/computing-cards.ts';
import type { Known } from './known.ts';

type Chosen = Pick<Settings, 'backend' | 'cards'>;

export function graphicsFindings({
  facts,
  node,
  settings,
  devices,
}: Pick<Known, 'facts' | 'node' | 'settings' | 'devices'>): Finding[] {
  const { gpus = null } = facts ?? {};
  const seen = gpus?.isKnown === true ? gpus.value : [];
  const compute = node?.compute ?? null;
  const uses = cardUses(seen, compute, settings);
  const isAnyUsed = uses.some(({ use }) => use === 'used');
  return [
    ...computeFindings(compute, settings),
    ...(gpus?.isKnown === false
      ? [{ code: 'cards-unknown', level: 'note', reason: gpus.reason } as const]
      : []),
    ...uses
      .map(({ card, use }) => cardFinding(card, use, isAnyUsed, devices ?? []))
      .map((finding) => (facts === null ? withoutReadings(finding) : finding)),
  ];
}

function computeFindings(compute: Compute | null, { backend }: Chosen): Finding[] {
  if (compute === null) {
    return [{ code: 'compute-unknown', level: 'note' }];
  }
  if (compute.fault !== undefined) {
    return [{ code: 'compute-fault', level: 'problem', message: compute.fault }];
  }
  return [
    {
      code: 'compute',
      level: compute.backend === 'cpu' ? 'note' : 'good',
      backend: compute.backend,
      devices: compute.devices.length,
      isProcessorChosen: backend === 'cpu',
    },
  ];
}

/** Cards that llama.cpp finds, in its order, then those that only the sensors see. */
function cardUses(
  gpus: readonly GpuFacts[],
  compute: Compute | null,
  settings: Chosen,
): { readonly card: ComputingCard; readonly use: CardUse }[] {
  if (settings.backend === 'cpu') {
    return gpus.map((card) => ({ card, use: 'processor-chosen' }));
  }
  if (compute === null) {
    return gpus.map((card) => ({ card, use: 'undecided' }));
  }
  const found = matchedCards(gpus, compute.devices);
  const used = new Set(
    computingCards(gpus, settings, { backend: null, compute }).map(({ id }) => id),
  );
  const useOf = ({ id }: ComputingCard): CardUse => {
    if (used.has(id)) {
      return 'used';
    }
    return settings.cards[id]?.isUsed === false ? 'left-out' : 'integrated';
  };
  const ids = new Set(found.map(({ id }) => id));
  return [
    ...found.map((card) => ({ card, use: useOf(card) })),
    ...gpus.filter(({ id }) => !ids.has(id)).map((card) => ({ card, use: 'unseen' }) as const),
  ];
}

function cardFinding(
  card: ComputingCard,
  use: CardUse,
  isAnyUsed: boolean,
  devices: readonly UsedDevice[],
): FindingOf<'card'> {
  const { device } = card;
  const used = devices.find(({ id }) => id === device?.id);
  const missing = missingOf(card);
  return {
    code: 'card',
    level: levelOf(use, isAnyUsed, missing),
    name: card.name,
    isIntegrated: card.isIntegrated,
    use,
    driver: card.driver ?? null,
    pciAddress: card.pciAddress ?? null,
    memoryBytes: valueOf(card.memoryBytes),
    freeBytes: freeBytesOf(card),
    allowedBytes: used?.memoryBytes ?? null,
    largestBufferBytes: device?.largestBufferBytes ?? null,
    missing,
  };
}

/** Where the machine is not watched, no reading is missing. */
function withoutReadings(finding: FindingOf<'card'>): FindingOf<'card'> {
  return { ...finding, level: finding.use === 'used' ? 'good' : finding.level, missing: [] };
}

/** A card that could compute and is not found is a problem where the processor computes in its place. */
function levelOf(
  use: CardUse,
  isAnyUsed: boolean,
  missing: FindingOf<'card'>['missing'],
): FindingLevel {
  if (use === 'unseen') {
    return isAnyUsed ? 'note' : 'problem';
  }
  return use === 'used' && !missing.some(({ fact }) => decisive.has(fact)) ? 'good' : 'note';
}

/** What pauses go by: without it, signs that are less sure take its place. */
const decisive: ReadonlySet<CardFact> = new Set(['othersUtilisation', 'othersMemoryBytes']);

function missingOf(card: ComputingCard): FindingOf<'card'>['missing'] {
  const facts = {
    utilisation: card.utilisation,
    othersUtilisation: card.othersUtilisation,
    memoryBytes: card.memoryBytes,
    othersMemoryBytes: card.othersMemoryBytes,
    temperatureCelsius: card.temperatureCelsius,
    powerWatts: card.powerWatts,
    fanShare: card.fanShare,
  } satisfies Record<CardFact, Reading<number>>;
  return Object.entries(facts).flatMap(([fact, reading]) =>
    reading.isKnown ? [] : [{ fact: fact as CardFact, reason: reading.reason }],
  );
}

/** By the sensors where they tell what other programs take, else by the driver, of which some always say all of it. */
function freeBytesOf({ memoryBytes, othersMemoryBytes, device }: ComputingCard): number | null {
  if (memoryBytes.isKnown && othersMemoryBytes.isKnown) {
    return Math.max(0, memoryBytes.value - othersMemoryBytes.value);
  }
  return device?.freeBytes ?? null;
}

function valueOf(reading: Reading<number>): number | null {
  return reading.isKnown ? reading.value : null;
}
