/** Whether this machine works for the mesh, and why it does not. Pure. */
import type { Duty, Facts } from '../../src-shared/duty.ts';
import type {
  ComputerFact,
  Finding,
  FindingLevel,
  FindingOf,
} from '../../src-shared/doctor/finding.ts';
import { missingCase } from '../../src-shared/errors.ts';
import type { Known } from './known.ts';

export function workFindings({
  app,
  duty,
  facts,
}: Pick<Known, 'app' | 'duty' | 'facts'>): Finding[] {
  if (app.consent === 'needed') {
    return [{ code: 'consent-needed', level: 'problem' }];
  }
  const { answersOwner, pause: _pause, sentence: _sentence, ...state } = duty;
  return [
    ...(app.fault === null
      ? []
      : [{ code: 'node-fault', level: 'problem', message: app.fault } as const]),
    { code: 'duty', level: dutyLevel(state), duty: state, answersOwner },
    ...(facts === null ? [{ code: 'not-watched', level: 'note' } as const] : missingOf(facts)),
    ...app.warnings.map((warning) => ({ code: 'warning', level: 'note', warning }) as const),
  ];
}

/** A pause for something that the owner does is as it should be; one that could not be ruled out may last for ever. */
function dutyLevel(duty: Duty): FindingLevel {
  switch (duty.state) {
    case 'serving':
      return duty.isSlowedByHeat ? 'note' : 'good';
    case 'paused':
    case 'draining':
      return duty.reasons.some(({ isSeen, name }) => !isSeen || name === 'fault cool-down')
        ? 'problem'
        : 'note';
    case 'faulted':
      return 'problem';
    case 'off':
    case 'starting':
      return 'note';
    default:
      return missingCase(duty);
  }
}

function missingOf({ gpus: _gpus, ...facts }: Facts): FindingOf<'computer-unknown'>[] {
  const missing = Object.entries(facts).flatMap(([fact, reading]) =>
    reading.isKnown ? [] : [{ fact: fact as ComputerFact, reason: reading.reason }],
  );
  return missing.length === 0 ? [] : [{ code: 'computer-unknown', level: 'note', missing }];
}
