import { expect, it } from 'vitest';
import {
  cardFields,
  type MissingReason,
  missingReasonSchema,
  readingSources,
  untoldFacts,
} from './missing-reason.ts';
import { missingWords } from './words/words.ts';

type Code = MissingReason['code'];

/** For each code, a reason with each value that its parameters can have from a list. */
const reasonsOf: {
  readonly [C in Code]: readonly [
    Extract<MissingReason, { code: C }>,
    ...Extract<MissingReason, { code: C }>[],
  ];
} = {
  'not-read-yet': each(readingSources, (source) => ({ code: 'not-read-yet', source })),
  'read-anew': each(readingSources, (source) => ({ code: 'read-anew', source })),
  outdated: each(readingSources, (source) => ({ code: 'outdated', source, seconds: 90 })),
  'no-answer': each(readingSources, (source) => ({ code: 'no-answer', source, seconds: 0.5 })),
  unreadable: each(readingSources, (source) => ({ code: 'unreadable', source, detail: 'EACCES' })),
  'not-installed': [{ code: 'not-installed', tool: 'nvidia-smi' }],
  'not-answered-yet': [{ code: 'not-answered-yet', tool: 'PowerShell' }],
  'asked-anew': [{ code: 'asked-anew', tool: 'Windows' }],
  silent: [{ code: 'silent', tool: 'nvidia-smi', seconds: 10 }],
  'strange-line': [{ code: 'strange-line', tool: 'nvidia-smi pmon', line: 'Not supported' }],
  failed: [{ code: 'failed', message: 'loginctl failed with code 1' }],
  'strange-value': each(cardFields, (field) => ({ code: 'strange-value', field, text: '[Lost]' })),
  'no-loads': [{ code: 'no-loads', detail: 'the counters are off' }],
  'other-system': [{ code: 'other-system', system: 'freebsd' }],
  untold: each(untoldFacts, (fact) => ({ code: 'untold', fact })),
  both: [
    {
      code: 'both',
      first: { code: 'untold', fact: 'card-sleeps' },
      second: { code: 'not-installed', tool: 'nvidia-smi' },
    },
  ],
};

function each<V, R>([first, ...others]: readonly [V, ...V[]], make: (value: V) => R): [R, ...R[]] {
  return [make(first), ...others.map(make)];
}

it('has a clause of its own for every code, which crosses the API', () => {
  const clauses = Object.values(reasonsOf)
    .flat()
    .map((reason) => {
      expect(missingReasonSchema.parse(JSON.parse(JSON.stringify(reason)))).toEqual(reason);
      return missingWords(reason);
    });
  for (const clause of clauses) {
    expect(clause).toMatch(/^\S.*[^\s.]$/);
    expect(clause).not.toContain('undefined');
  }
  expect(clauses).toHaveLength(new Set(clauses).size);
});
