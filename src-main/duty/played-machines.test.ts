/**
 * Machines of many kinds, played through the readers of cards and the duty: an idle one serves without a break while its own
 * engine works at full load, a game pauses it, and so does what another program does on its cards, where that is told.
 * Elsewhere the owner's input, a game, a full-screen window and the load of the processor still pause it.
 */
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Computer, lookEveryMs } from '../../test/support/machine/computer.ts';
import { everyKind } from '../../test/support/machine/kinds/every-kind.ts';
import { memoryPause } from '../../test/support/machine/kinds/kind.ts';
import { PlayedComputer } from '../../test/support/machine/played-computer.ts';
import { known } from '../sensors/reading.ts';

const tenMinutesMs = 600_000;
const needsMemory = {
  card: /^Paused: the models need .* GB of video memory, but less is free/,
  computer: /^Paused: less than 10 % of the main memory is left for other programs/,
} as const;
/** A machine that loads and gives back in turn shows it in this time. */
const fiveMinutesMs = 300_000;
const kinds = Object.entries(everyKind).flatMap(([system, each]) =>
  each.map((kind) => [`${system}: ${kind.name}`, kind] as const),
);

async function started(computer: Computer): Promise<PlayedComputer> {
  const machine = await PlayedComputer.start(computer);
  onTestFinished(() => machine.stop());
  return machine;
}

async function serving(computer: Computer): Promise<PlayedComputer> {
  const machine = await started(computer);
  await machine.pass(24_000);
  expect(machine.sentence).toBe('Working for the mesh');
  return machine;
}

/** A load between two looks is known at the second one, and the engines need a moment to end. */
async function passLooks(machine: PlayedComputer, { system }: Computer): Promise<void> {
  await machine.pass(2 * lookEveryMs[system]);
  const { state } = machine;
  await machine.pass(4000);
  expect(machine.state, 'the machine keeps to what it decided').toBe(
    state === 'draining' ? 'paused' : state,
  );
}

it('has every kind of machine once', () => {
  const names = kinds.map(([name]) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThanOrEqual(70);
});

describe.each(kinds)('%s', (_, kind) => {
  const { told } = kind;
  const memory = memoryPause(kind);

  it('serves ten minutes without a break while it is idle, and gives way to a game', async () => {
    const machine = await started(kind);
    await machine.pass(20_000);
    expect(machine.sentence).toBe('Working for the mesh');
    await machine.pass(tenMinutesMs, () => expect(machine.sentence).toBe('Working for the mesh'));
    expect(machine.loads).toBe(1);
    await machine.play('Hades');
    await machine.pass(2000);
    expect(machine.sentence).toBe('Paused: Hades is running');
  });

  it(`${told.idle ? 'is not loaded' : 'cannot tell'} while another program computes on the card`, async () => {
    const machine = await started(kind);
    machine.isRendering = true;
    await machine.pass(120_000);
    if (told.idle) {
      expect(machine.state).toBe('paused');
      expect(machine.sentence).toMatch(/^Paused: other programs use more than 20 % of the /);
    } else {
      expect(machine.sentence).toBe('Working for the mesh');
    }
    expect(machine.loads).toBe(told.idle ? 0 : 1);
  });

  it(`${told.atWork ? 'pauses' : 'goes on'} when another program begins to compute on the card`, async () => {
    const machine = await serving(kind);
    machine.isRendering = true;
    await passLooks(machine, kind);
    expect(machine.sentence).toMatch(
      told.atWork ? /^Paused: other programs use more than 20 % of the / : /^Working for the mesh$/,
    );
  });

  it(`${memory === null ? 'goes on' : 'pauses'} when another program takes the memory that the model is in`, async () => {
    const machine = await serving(kind);
    machine.isHoarding = true;
    await passLooks(machine, kind);
    expect(machine.sentence).toMatch(
      memory === null ? /^Working for the mesh$/ : needsMemory[memory],
    );
  });

  it('pauses for the owner’s input, a full-screen window and a busy processor', async () => {
    const { idleMinutes } = kind.settings ?? {};
    const others = [
      ...(idleMinutes === 0 ? [] : [{ inputIdleMs: known(0) }]),
      { games: known([{ name: 'Player', foundBy: 'full screen' } as const]) },
      { othersCpuShare: known(0.9) },
    ];
    for (const different of others) {
      const machine = await serving(kind);
      await machine.tell(different);
      await machine.pass(2000);
      expect(machine.state).toBe('paused');
    }
  });
});

const telling = kinds.filter(([, { told }]) => told.atWork);
describe.each(telling)('%s', (_, kind) => {
  it('stays paused while another program computes on the card, and works once that has ended', async () => {
    const machine = await serving(kind);
    machine.isRendering = true;
    await passLooks(machine, kind);
    await machine.pass(tenMinutesMs, () => expect(machine.state).toBe('paused'));
    expect(machine.loads).toBe(1);
    machine.isRendering = false;
    await machine.pass(150_000);
    expect(machine.sentence).toBe('Working for the mesh');
    await machine.pass(fiveMinutesMs, () => expect(machine.sentence).toBe('Working for the mesh'));
    expect(machine.loads).toBe(2);
  });
});
