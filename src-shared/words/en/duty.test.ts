import { expect, it } from 'vitest';
import type { Duty, PauseReason } from '../../duty.ts';
import { dutyWords, idleWords } from './duty.ts';

const noon = { wallMs: Date.UTC(2026, 5, 15, 12), zone: () => 0 };

const game: PauseReason = {
  name: 'game running',
  reason: { code: 'program-running', names: ['Cyberpunk2077.exe'], others: 0 },
  isSeen: true,
  clearsAt: null,
};
const battery: PauseReason = {
  name: 'on battery',
  reason: { code: 'on-battery' },
  isSeen: true,
  clearsAt: null,
};
const gameOver: PauseReason = {
  ...game,
  reason: { code: 'gone', name: 'game running' },
  isSeen: true,
  clearsAt: noon.wallMs + 60_000,
};
const awake: PauseReason = {
  name: 'no network',
  reason: { code: 'woken-up' },
  isSeen: true,
  clearsAt: noon.wallMs + 120_000,
};
const serving = { state: 'serving', cpuShare: 1 } as const;
const draining = { state: 'draining', reasons: [game] } as const;

const sentences: [Duty, string][] = [
  [{ state: 'off' }, 'Chat only: this computer hosts no models'],
  [{ state: 'starting' }, 'Starting: loading the models'],
  [{ state: 'starting', isLooking: true }, 'Starting: checking what this computer is doing'],
  [{ ...serving, workShare: 1, isSlowedByHeat: false }, 'Working for the mesh'],
  [
    { ...serving, workShare: 0.4, isSlowedByHeat: true },
    'Working for the mesh 40 % of the time, to stay cool',
  ],
  [
    { ...serving, workShare: 0.75, isSlowedByHeat: false },
    'Working for the mesh 75 % of the time, because of your power cap',
  ],
  [
    { ...draining, reasons: [game], deadline: { kind: 'by', atMs: 5 }, isEnding: false },
    'Freeing the memory: Cyberpunk2077.exe is running',
  ],
  [
    {
      ...draining,
      reasons: [
        {
          name: 'user',
          reason: { code: 'asked', choice: '1 hour', until: noon.wallMs + 3_600_000 },
          isSeen: true,
          clearsAt: null,
        },
      ],
      deadline: { kind: 'when answered', atMs: null },
      isEnding: false,
    },
    'Finishing the last answers: you paused it until 13:00',
  ],
  [
    { ...draining, reasons: [], deadline: { kind: 'when answered', atMs: 5 }, isEnding: true },
    'Freeing the memory',
  ],
  [{ state: 'paused', reasons: [game, battery] }, 'Paused: Cyberpunk2077.exe is running'],
  [{ state: 'paused', reasons: [gameOver, battery] }, 'Paused: the computer runs on battery'],
  [
    { state: 'paused', reasons: [gameOver, awake] },
    'Paused: the computer has woken up; working again at 12:02 if it stays quiet',
  ],
  [
    {
      state: 'faulted',
      code: 'engine-died',
      message: 'The engine has died',
      retryAt: noon.wallMs + 600_000,
    },
    'Fault: The engine has died; trying again at 12:10',
  ],
];

it.each(sentences)('%j in words', (duty, words) => {
  expect(dutyWords(duty, noon)).toBe(words);
});

it('a question is told why the machine is paused, and not the fault of a model that it may not mean', () => {
  const coolDown: PauseReason = {
    name: 'fault cool-down',
    reason: { code: 'failed', message: 'Broken cannot be loaded', retryAt: noon.wallMs + 60_000 },
    isSeen: true,
    clearsAt: null,
  };
  const after = 'This machine is paused after failures to load';
  const faulted: Duty = {
    state: 'faulted',
    code: 'engine-died',
    message: 'Broken cannot be loaded',
    retryAt: noon.wallMs + 60_000,
  };
  expect(idleWords(faulted, noon)).toBe(`${after}; it tries again at 12:01`);
  expect(idleWords({ state: 'paused', reasons: [coolDown] }, noon)).toBe(after);
  expect(idleWords({ state: 'paused', reasons: [coolDown, game] }, noon)).toBe(
    'Paused: Cyberpunk2077.exe is running',
  );
  expect(idleWords({ state: 'paused', reasons: [battery] }, noon)).toBe(
    'Paused: the computer runs on battery',
  );
  expect(idleWords({ state: 'off' }, noon)).toBe(dutyWords({ state: 'off' }, noon));
});
