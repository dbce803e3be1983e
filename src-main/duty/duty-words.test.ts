import { expect, it } from 'vitest';
import type { Duty, PauseReason } from '../../src-shared/duty.ts';
import { noon } from '../../test/support/host/duty-inputs.ts';
import { dutyWords, idleWords } from './duty-words.ts';

const game: PauseReason = {
  name: 'game running',
  because: 'Cyberpunk2077.exe is running',
  isSeen: true,
  clearsAt: null,
};
const battery: PauseReason = {
  name: 'on battery',
  because: 'the computer runs on battery',
  isSeen: true,
  clearsAt: null,
};
const gameOver: PauseReason = {
  ...game,
  because: 'the game has ended',
  isSeen: true,
  clearsAt: noon.wallMs + 60_000,
};
const awake: PauseReason = {
  name: 'no network',
  because: 'the computer has woken up',
  isSeen: true,
  clearsAt: noon.wallMs + 120_000,
};
const serving = { state: 'serving', cpuShare: 1 } as const;
const draining = { state: 'draining', reasons: [game] } as const;

const sentences: [Duty, string][] = [
  [{ state: 'off' }, 'Chat only: this computer hosts no models'],
  [{ state: 'starting' }, 'Starting: loading the models'],
  [{ ...serving, workShare: 1, isSlowedByHeat: false }, 'Working for the mesh'],
  [
    { ...serving, workShare: 0.4, isSlowedByHeat: true },
    'Working for the mesh 40 % of the time, to stay cool',
  ],
  [
    { ...serving, workShare: 0.75, isSlowedByHeat: false },
    'Working for the mesh 75 % of the time, as your power cap says',
  ],
  [
    { ...draining, reasons: [game], deadline: { kind: 'by', atMs: 5 }, isEnding: false },
    'Giving the memory back: Cyberpunk2077.exe is running',
  ],
  [
    {
      ...draining,
      reasons: [
        { name: 'user', because: 'you paused it until 13:00', isSeen: true, clearsAt: null },
      ],
      deadline: { kind: 'when answered', atMs: null },
      isEnding: false,
    },
    'Finishing the last answers: you paused it until 13:00',
  ],
  [
    { ...draining, reasons: [], deadline: { kind: 'when answered', atMs: 5 }, isEnding: true },
    'Giving the memory back',
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
      because: 'The engine has died',
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
    because: 'Broken cannot be loaded; trying again at 12:01',
    isSeen: true,
    clearsAt: null,
  };
  const after = 'This machine is paused after failures to load';
  const faulted: Duty = {
    state: 'faulted',
    code: 'engine-died',
    because: 'Broken cannot be loaded',
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
