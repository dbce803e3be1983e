import { expect, it, onTestFinished } from 'vitest';
import { eventuallyTrue } from '../support/host/host-processes.ts';
import {
  askForLong,
  hostOfLongAnswers,
  type LongAnswer,
  untilServing,
} from '../support/host/long-answers.ts';
import { PlayedMachine } from '../support/machine/played-machine.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

/** Milliseconds until this many more pieces have arrived. */
async function timeOf(answer: LongAnswer, pieces: number): Promise<number> {
  const start = performance.now();
  const end = answer.pieces() + pieces;
  await eventuallyTrue('more pieces', () => answer.pieces() >= end);
  return performance.now() - start;
}

it('a serving machine works in the share of the time that its owner allows, and is stays awake if set so', async () => {
  const machine = new PlayedMachine();
  const awake: boolean[] = [];
  const host = await hostOfLongAnswers(await temporaryFolder(), machine, {
    keepAwake: { set: (isOn) => awake.push(isOn), stop: () => Promise.resolve() },
  });
  onTestFinished(() => host.stop());
  await untilServing(host);
  const answer = askForLong(host);
  await timeOf(answer, 20);
  const fullMs = await timeOf(answer, 200);
  await host.call('changeSettings', { powerCapPercent: 10, keepAwake: true });
  await eventuallyTrue('kept awake', () => awake.at(-1) === true);
  await timeOf(answer, 20);
  const tenthMs = await timeOf(answer, 200);
  await host.call('changeSettings', { powerCapPercent: 100 });
  await timeOf(answer, 20);
  const againMs = await timeOf(answer, 200);
  expect(tenthMs).toBeGreaterThan(2.5 * fullMs);
  expect(tenthMs).toBeGreaterThan(2.5 * againMs);
  machine.play('Cyberpunk2077.exe');
  await answer.over.catch(() => {});
  await eventuallyTrue('free to sleep', () => awake.at(-1) === false);
});
