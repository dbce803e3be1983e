/** What the doctor finds about hosted models, in English. Pure. */
import type { FindingOf } from '../../../doctor/finding.ts';
import { bytes } from '../format.ts';
import type { FindingWords } from './finding-words.ts';

export function nothingHostedWords({ isAutomatic }: FindingOf<'nothing-hosted'>): FindingWords {
  return isAutomatic
    ? {
        says: 'This computer hosts nothing now; MindMesh chooses what the mesh needs most.',
        advice: 'That begins once peers are in reach. You can also choose a model yourself.',
      }
    : {
        says: 'This computer hosts nothing; it only asks.',
        advice: 'To help others, choose models to host on the page “Models”.',
      };
}

const stateWords: Readonly<Record<FindingOf<'shard'>['state'], string>> = {
  idle: 'not loaded now',
  starting: 'being loaded',
  serving: 'loaded',
  faulted: 'failed',
};

export function shardWords(shard: FindingOf<'shard'>): FindingWords {
  const { model, layers, of, state, fault } = shard;
  const total = of === null ? '' : ` of ${of}`;
  const range = `layers ${layers.firstLayer}–${layers.lastLayer}${total}`;
  const cause = fault === null ? '' : ` (${fault})`;
  const says = `${model}, ${range}: ${stateWords[state]}${cause}. ${memoryWords(shard)}`;
  return state === 'faulted'
    ? { says, advice: 'Choose fewer layers, a smaller model or a shorter context.' }
    : { says };
}

function memoryWords(shard: FindingOf<'shard'>): string {
  const isLoaded = shard.state === 'serving';
  const whole = isLoaded ? shard.memoryBytes : shard.expectedBytes;
  const onDevices = isLoaded ? shard.deviceBytes : shard.expectedDeviceBytes;
  if (whole === null) {
    return 'How much memory it takes is not known.';
  }
  const takes = `It ${isLoaded ? 'takes' : 'will take'} ${bytes(whole)}`;
  return onDevices === null
    ? `${takes}.`
    : `${takes}${onDevices === 0 ? '' : `, ${bytes(onDevices)} of it on graphics devices`}; ${placeWords(shard)}.`;
}

function placeWords({ layers, layersOnDevices, deviceBytes }: FindingOf<'shard'>): string {
  const count = layers.lastLayer - layers.firstLayer + 1;
  switch (layersOnDevices) {
    case null:
      return `how many of its ${count} layers run there is not known`;
    case 0:
      return deviceBytes > 0
        ? 'only its output is computed there'
        : 'all of its layers run on the processor';
    case count:
      return 'all of its layers run there';
    default:
      return `${layersOnDevices} of its ${count} layers run there`;
  }
}

export function hostingMemoryWords({
  limitBytes,
  expectedBytes,
}: FindingOf<'hosting-memory'>): FindingWords {
  return expectedBytes > limitBytes
    ? {
        says: `The hosted layers need ${bytes(expectedBytes)}, and may take ${bytes(limitBytes)}.`,
        advice: 'Host fewer layers, or allow more memory in the settings.',
      }
    : {
        says: `The hosted layers need ${bytes(expectedBytes)} of the ${bytes(limitBytes)} that they may take.`,
      };
}
