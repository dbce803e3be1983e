import { warningWords } from '../../src-shared/words/words.ts';
import { describe, expect, it } from 'vitest';
import { card, idleFacts, known, unknown } from '../../test/support/host/duty-inputs.ts';
import { Desk, noon, shard } from '../../test/support/host/duty-desk.ts';
import { PlayedMachine } from '../../test/support/machine/played-machine.ts';

describe('the first look', () => {
  it('waits until all was read that says whether the machine is free', async () => {
    const machine = new PlayedMachine({ ...idleFacts, othersCpuShare: unknown });
    const desk = new Desk({ machine });
    await desk.clock.pass(5000);
    expect(desk.orders).toEqual([]);
    expect(desk.service.view.sentence).toBe('Starting: checking what this computer is doing');
    machine.tell({ othersCpuShare: known(0) });
    await desk.settle();
    expect(desk.orders).toEqual(['work']);
  });

  it('takes for unknown what a sensor does not tell within ten seconds', async () => {
    const desk = new Desk({ machine: new PlayedMachine({ ...idleFacts, inputIdleMs: unknown }) });
    await desk.clock.pass(9999);
    expect(desk.service.view.state).toBe('starting');
    await desk.clock.pass(1);
    expect(desk.service.view).toMatchObject({ state: 'paused', reasons: [{ name: 'in use' }] });
    expect(desk.service.view.answersOwner).toBe(true);
    expect(desk.orders.filter((order) => !order.startsWith('own'))).toEqual([]);
  });

  it('is not needed where nothing is watched: it works at once, whatever is stored', () => {
    const machine = new PlayedMachine({ ...idleFacts, games: unknown });
    const stored = { choice: 'indefinitely', askedAtWallMs: noon, durationMs: null } as const;
    const desk = new Desk({ machine, isWatched: false, stored });
    expect(desk.orders).toEqual(['work']);
    expect(machine.isWatched).toBe(false);
    expect(desk.stored).toEqual(stored);
  });

  it('finds nothing to do for a machine that hosts nothing', async () => {
    const desk = new Desk({ settings: { shards: [] } });
    await desk.settle();
    expect(desk.service.view.state).toBe('off');
    desk.settings = { ...desk.settings, shards: null };
    desk.service.reconcile();
    expect(desk.orders.at(-1)).toBe('work');
  });

  it('works on a machine that may choose by itself what to host', async () => {
    const desk = new Desk({ settings: { shards: [], hosting: 'automatic' } });
    await desk.settle();
    expect(desk.orders.at(-1)).toBe('work');
  });
});

describe('releasing the machine', () => {
  it('drains, kills at the deadline, and tells how long it took', async () => {
    const desk = await Desk.serving();
    await desk.setShards({ ...shard, sessions: 1 });
    await desk.play('Hades');
    expect(desk.orders).toEqual(['drain: Freeing the memory: Hades is running']);
    await desk.carryOut();
    await desk.clock.pass(399);
    expect(desk.orders).toHaveLength(1);
    await desk.clock.pass(1);
    expect(desk.orders.slice(1)).toEqual(['stop: Freeing the memory: Hades is running']);
    await desk.clock.pass(20);
    expect(desk.service.view).toMatchObject({ state: 'draining', isEnding: true });
    desk.shards = [];
    await desk.carryOut();
    expect(desk.service.view).toMatchObject({
      state: 'paused',
      sentence: 'Paused: Hades is running',
    });
    expect(desk.logged).toContain('The machine was released after 420 ms');
  });

  it('kills at the deadline also when the drain was never confirmed', async () => {
    const desk = await Desk.serving();
    await desk.play('Hades');
    await desk.clock.pass(400);
    expect(desk.orders.at(-1)).toMatch(/^stop/);
  });

  it('kills as soon as the drain says that no answer is in flight', async () => {
    const desk = await Desk.serving();
    await desk.play('Hades');
    expect(desk.orders).toHaveLength(1);
    await desk.carryOut();
    expect(desk.orders.at(-1)).toMatch(/^stop/);
    expect(desk.clock.now()).toBe(0);
  });

  it('lets answers finish before a pause, and measures anew when a game does not let them', async () => {
    const desk = await Desk.serving();
    await desk.setShards({ ...shard, sessions: 1 });
    expect(desk.service.pause('1 hour').sentence).toBe(
      'Finishing the last answers: you paused it until 13:00',
    );
    await desk.carryOut();
    await desk.clock.pass(60_000);
    expect(desk.orders).toHaveLength(1);
    await desk.play('Hades');
    await desk.clock.pass(400);
    await desk.carryOut();
    expect(desk.logged).toContain('The machine was released after 400 ms');
  });

  it('is taken back while answers still finish', async () => {
    const desk = await Desk.serving();
    await desk.setShards({ ...shard, sessions: 1 });
    desk.service.pause('indefinitely');
    await desk.carryOut();
    desk.service.resume();
    expect(desk.orders.at(-1)).toBe('work');
    await desk.carryOut();
    expect(desk.service.view.state).toBe('serving');
    expect(desk.logged.join()).not.toContain('was released');
  });

  it('tells the node the newest reason, and kills nothing twice', async () => {
    const desk = await Desk.serving();
    await desk.play('Hades');
    await desk.carryOut();
    await desk.carryOut();
    expect(desk.service.view.sentence).toBe('Paused: Hades is running');
    await desk.play('Portal 2');
    await desk.carryOut();
    expect(desk.orders.at(-1)).toBe('stop: Paused: Portal 2 is running');
    expect(desk.service.view.state).toBe('paused');
    expect(desk.logged.filter((line) => line.includes('was released'))).toHaveLength(1);
  });

  it('ends when the node is gone, and its engines with it', async () => {
    const desk = await Desk.serving();
    desk.isNodeThere = false;
    desk.service.reconcile();
    expect(desk.service.view.state).toBe('starting');
    await desk.play('Hades');
    await desk.carryOut();
    await desk.carryOut();
    expect(desk.service.view.state).toBe('paused');
  });
});

it('has the sensors look more often as soon as engines are there', async () => {
  const desk = new Desk();
  await desk.settle();
  const { retimes } = desk.machine;
  await desk.setShards({ ...shard, state: 'starting' });
  expect(desk.machine.retimes).toBeGreaterThan(retimes);
});

describe('returning', () => {
  it('comes after the time of quiet, by the one timer', async () => {
    const desk = await Desk.serving();
    await desk.play('Hades');
    await desk.carryOut();
    await desk.carryOut();
    desk.orders.length = 0;
    desk.machine.endGames();
    await desk.settle();
    expect(desk.clock.timers).toBe(1);
    await desk.clock.pass(59_000);
    expect(desk.service.view.state).toBe('paused');
    await desk.clock.pass(1000);
    expect(desk.orders.at(-1)).toBe('work');
    desk.shards = [{ ...shard, state: 'starting', backend: null }];
    await desk.carryOut();
    expect(desk.service.view).toMatchObject({ state: 'starting' });
    await desk.setShards(shard);
    expect(desk.service.view).toMatchObject({ state: 'serving' });
  });

  it('ends a pause that is over and forgets it, whatever the clock on the wall does later', async () => {
    const desk = await Desk.serving();
    desk.service.pause('1 hour');
    await desk.carryOut();
    await desk.carryOut();
    expect(desk.stored).toMatchObject({ choice: '1 hour' });
    await desk.clock.pass(3_600_000);
    expect(desk.stored).toBeNull();
    desk.wallOffsetMs = -3_600_000;
    desk.service.reconcile();
    expect(desk.orders.at(-1)).toBe('work');
  });

  it('goes on with the rest of a stored pause, and forgets one that a restart ends', async () => {
    const askedAtWallMs = noon - 1_800_000;
    const asked = { askedAtWallMs, durationMs: 3_600_000 };
    const desk = new Desk({ stored: { ...asked, choice: '1 hour' } });
    await desk.settle();
    expect(desk.service.view.sentence).toBe('Paused: you paused it until 12:30');
    const other = new Desk({ stored: { ...asked, choice: 'until restart', durationMs: null } });
    expect(other.stored).toBeNull();
  });
});

it('pauses also when that cannot be written down, and tells the owner', async () => {
  const desk = await Desk.serving();
  desk.isDiskFull = true;
  desk.service.pause('indefinitely');
  expect(desk.service.view).toMatchObject({ state: 'draining', pause: 'indefinitely' });
  expect(desk.warned.map(warningWords)).toEqual([
    expect.stringMatching(/forgotten when MindMesh restarts/),
  ]);
});

it('remembers what the models need of a card, and waits for it', async () => {
  const needs = { ...shard, backend: 'cuda', deviceBytes: 10e9 };
  const machine = new PlayedMachine();
  const desk = new Desk({ machine });
  await desk.settle();
  desk.shards = [needs];
  await desk.carryOut();
  expect(desk.service.view.state).toBe('serving');
  desk.service.pause('indefinitely');
  await desk.carryOut();
  desk.shards = [];
  await desk.carryOut();
  machine.tell({ gpus: known([{ ...card, othersMemoryBytes: known(15e9) }]) });
  desk.service.resume();
  expect(desk.service.view).toMatchObject({
    state: 'paused',
    reasons: [{ name: 'no video memory' }],
  });
});

it('goes on when a pause cannot be written, and ends without a timer', async () => {
  const desk = await Desk.serving();
  Object.defineProperty(desk, 'stored', {
    set: () => {
      throw new Error('disk full');
    },
  });
  expect(desk.service.pause('indefinitely').state).toBe('draining');
  expect(desk.logged).toContain('A pause could not be written');
  await desk.service.stop();
  expect(desk.clock.timers).toBe(0);
  const { changes } = desk;
  desk.service.resume();
  expect(desk.changes).toBe(changes);
});
