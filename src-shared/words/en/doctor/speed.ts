/** What the doctor measures, in English. Pure. */
import type { FindingOf } from '../../../doctor/finding.ts';
import { localNow } from '../../../local-time.ts';
import { dutyWords } from '../duty.ts';
import { asSentence, count, rate } from '../format.ts';
import type { FindingWords } from './finding-words.ts';

export function speedWords({
  model,
  promptTokens,
  promptTokensPerSecond,
  tokens,
  tokensPerSecond,
  others,
  level,
}: FindingOf<'speed'>): FindingWords {
  const reads = `reads ${rate(promptTokensPerSecond)} tokens/s (${count(promptTokens)} measured)`;
  const writes =
    tokensPerSecond === null
      ? 'its answer was too short to tell how fast it writes'
      : `writes ${rate(tokensPerSecond)} tokens/s (${count(tokens)} measured)`;
  const shared = others === 0 ? '' : `, together with ${others} of your other computers`;
  return {
    says: `${model} ${reads}, and ${writes}${shared}.`,
    ...(level === 'good'
      ? {}
      : { advice: 'That is slower than people read. A smaller model is faster.' }),
  };
}

export function refusedWords({ duty }: FindingOf<'speed-refused'>): FindingWords {
  return {
    says: `The speed was not measured, since this computer answers no questions now. ${asSentence(dutyWords(duty, localNow()))}`,
    advice: 'Measure again when that is over.',
  };
}

export function interruptedWords({ duty }: FindingOf<'speed-interrupted'>): FindingWords {
  return {
    says: `The measuring was ended, since the computer is needed. ${asSentence(dutyWords(duty, localNow()))}`,
    advice: 'Measure again when that is over.',
  };
}
