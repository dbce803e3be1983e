import { describe, expect, it } from 'vitest';
import type { ShardStatus } from '../../src-shared/api/node-status.ts';
import { idleFacts, known } from '../../test/support/host/duty-inputs.ts';
import { Desk, noon, shard } from '../../test/support/host/duty-desk.ts';
import { PlayedMachine } from '../../test/support/machine/played-machine.ts';

describe('the owner’s own questions', () => {
  it('are answered before anything is known of the machine, and while it is merely in use', async () => {
    const desk = new Desk({ machine: new PlayedMachine({ ...idleFacts, inputIdleMs: known(0) }) });
    expect(desk.service.view.answersOwner).toBe(true);
    await desk.settle();
    expect(desk.service.view).toMatchObject({
      state: 'paused',
      reasons: [{ name: 'in use' }],
      answersOwner: true,
    });
    expect(desk.orders).toEqual(['own: Paused: the computer was used in the last 5 minutes']);
  });

  it('give way to a game too, and how fast is measured', async () => {
    const desk = new Desk({ machine: new PlayedMachine({ ...idleFacts, inputIdleMs: known(0) }) });
    await desk.settle();
    await desk.carryOut();
    await desk.play('Hades');
    expect(desk.orders.at(-1)).toBe('stop: Paused: Hades is running');
    expect(desk.service.view.answersOwner).toBe(false);
    await desk.clock.pass(30);
    await desk.carryOut();
    expect(desk.service.view.state).toBe('paused');
    expect(desk.logged).toContain('The machine was released after 30 ms');
  });

  it('do not keep the engines from ending when a game starts while they are being left to the owner', async () => {
    const desk = await Desk.serving();
    desk.machine.tell({ onBattery: known(true) });
    await desk.settle();
    await desk.carryOut();
    expect(desk.orders.at(-1)).toMatch(/^own/);
    await desk.play('Hades');
    expect(desk.orders.at(-1)).toMatch(/^stop/);
    await desk.carryOut();
    await desk.carryOut();
    expect(desk.service.view).toMatchObject({ state: 'paused', answersOwner: false });
  });
});

function failed(inARow: number): ShardStatus {
  return {
    ...shard,
    state: 'faulted',
    failure: { code: 'engine-died', message: 'The engine has ended.', inARow },
  };
}

describe('shards that fail again and again', () => {
  it('end the work for a while that grows, and are tried again', async () => {
    const desk = await Desk.serving();
    await desk.setShards(failed(2));
    expect(desk.service.view.state).toBe('starting');
    await desk.setShards(failed(3));
    await desk.carryOut();
    await desk.carryOut();
    desk.shards = [{ ...shard, state: 'idle' }];
    desk.service.reconcile();
    expect(desk.service.view).toMatchObject({
      state: 'faulted',
      code: 'engine-died',
      message: 'The engine has ended',
      retryAt: noon + 10_000,
      answersOwner: false,
    });
    await desk.clock.pass(10_000);
    expect(desk.orders.at(-1)).toBe('work');
    await desk.setShards(failed(3));
    await desk.carryOut();
    await desk.carryOut();
    expect(desk.service.view.state).toBe('faulted');
    await desk.clock.pass(19_000);
    expect(desk.service.view.state).toBe('faulted');
    desk.service.resume();
    expect(desk.orders.at(-1)).toBe('work');
  });

  it('do not stop those that serve', async () => {
    const desk = await Desk.serving();
    await desk.setShards(shard, failed(9));
    expect(desk.service.view.state).toBe('serving');
  });
});

describe('sleep', () => {
  it('waits until no engine is left, and the machine works again after a time of quiet', async () => {
    const desk = await Desk.serving();
    let isReady = false;
    const suspend = async (): Promise<void> => {
      await desk.service.suspend();
      isReady = true;
    };
    const ready = suspend();
    await desk.carryOut();
    expect(desk.orders.at(-1)).toMatch(/^stop: .*going to sleep/);
    expect(isReady).toBe(false);
    await desk.carryOut();
    await ready;
    expect(desk.service.view).toMatchObject({ state: 'paused', answersOwner: false });
    desk.service.wakeUp();
    expect(desk.service.view).toMatchObject({
      sentence: expect.stringContaining('the computer has woken up'),
      answersOwner: true,
    });
    await desk.clock.pass(60_000);
    expect(desk.orders.at(-1)).toBe('work');
  });

  it('does not wait for engines of a duty that has not begun or a computer that woke up at once', async () => {
    const desk = await Desk.serving();
    const suspended = desk.service.suspend();
    desk.service.wakeUp();
    await expect(suspended).resolves.toBeUndefined();
    const again = desk.service.suspend();
    await desk.service.stop();
    await expect(again).resolves.toBeUndefined();
    await expect(desk.service.suspend()).resolves.toBeUndefined();
  });
});
