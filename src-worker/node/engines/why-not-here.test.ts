import { expect, it } from 'vitest';
import { type OwnPart, whyNotHere } from './why-not-here.ts';

const idle: OwnPart = {
  isHosted: false,
  isHere: false,
  idleReason: null,
  isLoading: false,
  fault: undefined,
};
const hosted = { ...idle, isHosted: true, isHere: true };
const game = 'Paused: Hades is running';

it.each<[string, OwnPart, string | undefined]>([
  ['has no part in a model that only peers have', { ...idle, idleReason: game }, undefined],
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
  [
    'is still loading the model',
    { ...hosted, isLoading: true },
    'Its layers are on this machine and not loaded yet; try again in a moment.',
  ],
  ['loads a model again that failed', { ...hosted, isLoading: true, fault: 'No room' }, 'No room.'],
  ['serves all that it hosts', hosted, undefined],
])('says that this machine %s', (_title, part, sentence) => {
  expect(whyNotHere(part)).toBe(sentence);
});
