/** What the doctor finds about graphics cards, in English. Pure. */
import type { CardFact, CardUse, FindingOf } from '../../../doctor/finding.ts';
import { asSentence, bytes } from '../format.ts';
import { missingWords } from '../missing.ts';
import { settingWords } from '../settings.ts';
import { missingFactsWords } from './missing-facts.ts';
import type { FindingWords } from './finding-words.ts';

const backendWords = { cpu: 'the processor', cuda: 'CUDA', vulkan: 'Vulkan', metal: 'Metal' };

export function computeWords({
  backend,
  devices,
  isProcessorChosen,
}: FindingOf<'compute'>): FindingWords {
  if (isProcessorChosen) {
    return {
      says: 'The processor computes, as you set.',
      advice: `To use graphics cards, switch “${settingWords.backend.label}” on in the settings.`,
    };
  }
  if (backend === 'cpu') {
    return {
      says: 'llama.cpp finds no graphics device, so the processor computes.',
      advice:
        'If the computer has a graphics card, install the newest driver of its maker, then restart MindMesh.',
    };
  }
  return {
    says: `llama.cpp computes with ${backendWords[backend]} and finds ${devices === 1 ? 'one graphics device' : `${devices} graphics devices`}.`,
  };
}

export function cardsUnknownWords({ reason }: FindingOf<'cards-unknown'>): FindingWords {
  return { says: asSentence(`the sensors see no graphics cards: ${missingWords(reason)}`) };
}

const useWords: Readonly<Record<CardUse, string>> = {
  used: 'used',
  'left-out': 'not used, as you set',
  integrated: 'not used, since another card is',
  unseen: 'not used: llama.cpp does not find it',
  'processor-chosen': 'not used, as the processor computes',
  undecided: 'llama.cpp has not looked yet',
};

const useAdvice: Partial<Record<CardUse, string>> = {
  'left-out': 'You can let MindMesh use it in the settings.',
  integrated: 'You can switch it on in the settings, if it is fast.',
  unseen: 'Install the newest driver of its maker, with Vulkan, then restart MindMesh.',
};

const factWords: Readonly<Record<CardFact, string>> = {
  utilisation: 'load',
  othersUtilisation: 'load by other programs',
  memoryBytes: 'memory',
  othersMemoryBytes: 'memory used by other programs',
  temperatureCelsius: 'temperature',
  powerWatts: 'power',
  fanShare: 'fan',
};

export function cardWords(card: FindingOf<'card'>): FindingWords {
  const { name, isIntegrated, use, pciAddress, missing } = card;
  const kind = isIntegrated ? 'part of the processor' : 'a card of its own';
  const place = pciAddress === null ? '' : `, at ${pciAddress}`;
  const unknown =
    missing.length === 0 ? '' : ` Not known: ${missingFactsWords(missing, factWords)}.`;
  const says = `${name === '' ? 'Graphics card' : name} (${kind}${place}): ${useWords[use]}. ${driverWords(card)} ${memoryWords(card)}${unknown}`;
  const advice = useAdvice[use];
  return advice === undefined ? { says } : { says, advice };
}

function driverWords({ driver }: FindingOf<'card'>): string {
  if (driver === null) {
    return 'The version of its driver is not known.';
  }
  return driver.version === null
    ? `Its driver (${driver.name}) comes with the system.`
    : `Driver: ${driver.name} ${driver.version}.`;
}

function memoryWords({
  use,
  memoryBytes,
  freeBytes,
  allowedBytes,
  largestBufferBytes,
}: FindingOf<'card'>): string {
  const parts = [
    memoryBytes === null ? 'Its memory is not known' : `${bytes(memoryBytes)} of memory`,
    ...(freeBytes === null ? [] : [`${bytes(freeBytes)} free`]),
    ...(use === 'used' && allowedBytes !== null ? [`models may take ${bytes(allowedBytes)}`] : []),
    ...(use === 'used' && largestBufferBytes !== null && largestBufferBytes > 0
      ? [`largest buffer ${bytes(largestBufferBytes)}`]
      : []),
  ];
  return `${parts.join(', ')}.`;
}
