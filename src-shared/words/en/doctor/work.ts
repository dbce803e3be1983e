/** What the doctor finds about the work of this machine, in English. Pure. */
import type { ComputerFact, FindingOf } from '../../../doctor/finding.ts';
import { localNow } from '../../../local-time.ts';
import { dutyWords } from '../duty.ts';
import { asSentence } from '../format.ts';
import { enDuty } from '../window/duty.ts';
import { missingFactsWords } from './missing-facts.ts';
import type { FindingWords } from './finding-words.ts';

export function dutyFindingWords({ duty, answersOwner }: FindingOf<'duty'>): FindingWords {
  const isIdle = duty.state !== 'serving' && duty.state !== 'starting';
  const own = isIdle && answersOwner ? ` ${enDuty.questions.here}` : '';
  const says = `${asSentence(dutyWords(duty, localNow()))}${own}`;
  const advice = adviceOf(duty);
  return advice === undefined ? { says } : { says, advice };
}

function adviceOf(duty: FindingOf<'duty'>['duty']): string | undefined {
  if (duty.state === 'off') {
    return 'To help others, choose models to host on the page “Models”.';
  }
  if (duty.state === 'faulted') {
    return 'Read below which model failed. Resuming tries again at once.';
  }
  if (duty.state !== 'paused' && duty.state !== 'draining') {
    return undefined;
  }
  const unseen = duty.reasons.find(({ isSeen }) => !isSeen);
  const [first] = duty.reasons;
  if (unseen !== undefined) {
    return enDuty.notRuledOut;
  }
  return first === undefined ? undefined : enDuty.ends[first.name];
}

const factWords: Readonly<Record<ComputerFact, string>> = {
  inputIdleMs: 'use of keyboard and mouse',
  games: 'running games',
  onBattery: 'power supply',
  isLidClosed: 'lid',
  isLocked: 'screen lock',
  othersCpuShare: 'processor load',
  memory: 'free memory',
  cpuTemperatureCelsius: 'processor temperature',
  network: 'network',
};

export function computerUnknownWords({ missing }: FindingOf<'computer-unknown'>): FindingWords {
  return {
    says: `Not known of this computer: ${missingFactsWords(missing, factWords)}.`,
    advice: 'Nothing needs to be done where it works all the same.',
  };
}
