/** A real host with a real node and engines, on a machine whose readings the test sets. */
import { expect, it, onTestFinished } from 'vitest';
import type { Host } from '../../src-main/host/host.ts';
import { eventuallyTrue, isAlive } from '../support/host/host-processes.ts';
import { logOf } from '../support/host/host-stand-in.ts';
import {
  askForLong,
  enginePids,
  hostOfLongAnswers,
  untilServing,
} from '../support/host/long-answers.ts';
import { known } from '../support/host/duty-inputs.ts';
import { PlayedMachine } from '../support/machine/played-machine.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

async function servingHost(machine: PlayedMachine): Promise<Host> {
  const host = await hostOfLongAnswers(await temporaryFolder(), machine);
  onTestFinished(() => host.stop());
  await untilServing(host);
  return host;
}

async function givenBackMs(host: Host): Promise<number[]> {
  const lines = (await logOf(host.snapshot().dataFolder)).trim().split('\n');
  return lines.flatMap((line) => {
    const { msg, ms } = JSON.parse(line) as { msg: string; ms?: number };
    return msg.startsWith('The machine was released') && ms !== undefined ? [ms] : [];
  });
}

it('releases the machine in the middle of an answer when a game begins, says why, and returns after it', async () => {
  const machine = new PlayedMachine();
  const host = await servingHost(machine);
  const [engine = 0] = enginePids(host);
  const answer = askForLong(host);
  await eventuallyTrue('an answer under way', () => answer.pieces() > 10);

  machine.play('Cyberpunk2077.exe');
  await eventuallyTrue('draining', () => host.snapshot().duty.state === 'draining');
  expect(host.snapshot().duty).toMatchObject({
    state: 'draining',
    sentence: 'Freeing the memory: Cyberpunk2077.exe is running',
    deadline: { kind: 'by' },
  });
  await eventuallyTrue('the engine gone', () => !isAlive(engine));
  await eventuallyTrue('paused', () => host.snapshot().duty.state === 'paused');
  expect(host.snapshot()).toMatchObject({
    state: 'running',
    duty: { sentence: 'Paused: Cyberpunk2077.exe is running' },
    node: { shards: [{ state: 'idle', pid: null }] },
  });
  await expect(answer.over).rejects.toThrow('was taken out of service');
  await expect(askForLong(host).over).rejects.toMatchObject({
    code: 'no-route',
    message: expect.stringMatching(
      /no peer in reach hosts .+ layers\. Paused: Cyberpunk2077\.exe is running\.$/,
    ),
  });
  await eventuallyTrue('measured', async () => (await givenBackMs(host)).length === 1);
  // `npm run bench -- yield` measures how fast this is. Here the answer must have had its 400 ms to move, by a timer
  // that may round down.
  for (const ms of await givenBackMs(host)) {
    expect(ms).toBeGreaterThan(390);
  }

  machine.endGames();
  await untilServing(host);
  await askForLong(host, 5).over;
  expect(enginePids(host)).not.toContain(engine);
});

it('lets answers finish before a pause that the owner asked for, and takes no new ones', async () => {
  const machine = new PlayedMachine();
  const host = await servingHost(machine);
  const answer = askForLong(host, 2000);
  await eventuallyTrue('an answer under way', () => answer.pieces() > 0);
  expect(await host.call('pause', { choice: 'indefinitely' })).toMatchObject({
    state: 'draining',
    sentence: 'Finishing the last answers: you paused it until you resume it',
  });
  await expect(askForLong(host).over).rejects.toMatchObject({
    message: expect.stringContaining('you paused it until you resume it'),
  });
  await answer.over;
  await eventuallyTrue('paused', () => host.snapshot().duty.state === 'paused');
  expect(enginePids(host)).toEqual([]);

  expect(await host.call('resume', {})).toMatchObject({ state: 'starting' });
  await untilServing(host);
  await askForLong(host, 5).over;
});

it('ends also a node that no longer listens, and is paused all the same', async () => {
  const machine = new PlayedMachine();
  const host = await servingHost(machine);
  const [engine = 0] = enginePids(host);
  const nodeLine = (await logOf(host.snapshot().dataFolder))
    .split('\n')
    .find((line) => line.includes('The mesh node is running'));
  const { pid: node } = JSON.parse(nodeLine ?? '{}') as { pid: number };
  process.kill(node, 'SIGSTOP');
  machine.play('Hades');
  await eventuallyTrue('both gone', () => !isAlive(node) && !isAlive(engine));
  await eventuallyTrue('paused', () => host.snapshot().duty.state === 'paused');
  await eventuallyTrue('another node', () => host.snapshot().state === 'running');
  expect(host.snapshot()).toMatchObject({
    duty: { state: 'paused' },
    node: { shards: [{ state: 'idle' }] },
  });
});

it('keeps a pause over a restart, and loads nothing then', async () => {
  const folder = await temporaryFolder();
  const first = await hostOfLongAnswers(folder, new PlayedMachine());
  await first.call('pause', { choice: '1 hour' });
  await first.stop();
  const machine = new PlayedMachine();
  const second = await hostOfLongAnswers(folder, machine);
  onTestFinished(() => second.stop());
  expect(second.snapshot()).toMatchObject({
    duty: { state: 'paused', sentence: expect.stringContaining('you paused it until') },
    node: { shards: [{ state: 'idle' }] },
  });
  await second.stop();
  expect(machine.isWatched).toBe(false);
});

it('answers its owner while it is in use and does nothing for others, until a game begins', async () => {
  const machine = new PlayedMachine();
  machine.tell({ inputIdleMs: known(0) });
  const host = await hostOfLongAnswers(await temporaryFolder(), machine);
  onTestFinished(() => host.stop());
  await eventuallyTrue('paused', () => host.snapshot().duty.state === 'paused');
  expect(host.snapshot()).toMatchObject({
    duty: { answersOwner: true, reasons: [{ name: 'in use' }] },
    node: { shards: [{ state: 'idle' }] },
  });
  const answer = askForLong(host);
  await eventuallyTrue('an answer under way', () => answer.pieces() > 0);
  await eventuallyTrue('the engine is told of', () => enginePids(host).length === 1);
  const [engine = 0] = enginePids(host);
  expect(host.snapshot().duty.state).toBe('paused');

  machine.play('Hades');
  await eventuallyTrue('the engine gone', () => !isAlive(engine));
  await expect(answer.over).rejects.toThrow('was taken out of service');
  await eventuallyTrue('measured', async () => (await givenBackMs(host)).length === 1);
});

it('is suspended in the middle of an answer without an engine left, and answers again after waking up', async () => {
  const machine = new PlayedMachine();
  const host = await servingHost(machine);
  const [engine = 0] = enginePids(host);
  const answer = askForLong(host);
  await eventuallyTrue('an answer under way', () => answer.pieces() > 0);
  await host.suspend();
  expect(isAlive(engine)).toBe(false);
  await expect(answer.over).rejects.toThrow('was taken out of service');
  expect(host.snapshot().duty.sentence).toContain('going to sleep');
  host.wakeUp();
  await askForLong(host, 5).over;
  await untilServing(host);
});

it('pauses for a while when its engines die again and again, says so, and tries again', async () => {
  const host = await servingHost(new PlayedMachine());
  for (let death = 0; death < 3; death += 1) {
    await eventuallyTrue('an engine', () => enginePids(host).length === 1);
    const [engine = 0] = enginePids(host);
    await eventuallyTrue('serving', () => host.snapshot().node?.shards[0]?.state === 'serving');
    process.kill(engine, 'SIGKILL');
    await eventuallyTrue('its end is told', () => !enginePids(host).includes(engine));
  }
  await eventuallyTrue('faulted', () => host.snapshot().duty.state === 'faulted');
  expect(host.snapshot().duty).toMatchObject({
    code: 'engine-died',
    sentence: expect.stringMatching(/^Fault: .*; trying again at/),
  });
  await host.call('resume', {});
  await untilServing(host);
});
