import { expect, it } from 'vitest';
import { type OwnPart, whyNotHere } from './why-not-here.ts';

const idle: OwnPart = { isHosted: false, isHere: false, idleReason: null, fault: undefined };
const hosted = { ...idle, isHosted: true, isHere: true };
const game = 'Paused: Hades is running';

it.each<[string, OwnPart, string | undefined]>([
  ['has no part in what only peers have', { ...idle, idleReason: game }, undefined],
  [
    'has a model that it does not host',
    { ...idle, isHere: true, idleReason: game },
    'This machine has the model in its library, but does not host it; host it here to have it answer.',
  ],
  ['is idle with a model that it hosts', { ...hosted, idleReason: game }, `${game}.`],
  ['could not load the model', { ...hosted, fault: 'It is broken.' }, 'It is broken.'],
  [
    'is idle, and could not load the model before',
    { ...hosted, idleReason: 'It is tried again at 12:30', fault: 'It is broken' },
    'It is tried again at 12:30. It is broken.',
  ],
  ['serves all that it hosts', hosted, undefined],
])('says that this machine %s', (_title, part, sentence) => {
  expect(whyNotHere(part)).toBe(sentence);
});
