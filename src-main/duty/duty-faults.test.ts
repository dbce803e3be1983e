import { describe, expect, it } from 'vitest';
import type { ShardStatus } from '../../src-shared/api/node-status.ts';
import type { Settings } from '../../src-shared/settings/settings.ts';
import { Desk, shard } from '../../test/support/host/duty-desk.ts';

describe('after models could not be loaded', () => {
  const broken: ShardStatus = {
    ...shard,
    model: 'Broken',
    state: 'faulted',
    failure: { code: 'engine-load-failed', message: 'Broken cannot be loaded.', inARow: 3 },
  };

  async function pausedDesk(): Promise<Desk> {
    const desk = await Desk.serving();
    await desk.setShards(broken);
    await desk.carryOut();
    await desk.carryOut();
    await desk.setShards({ ...broken, state: 'idle', failure: null });
    expect(desk.service.view).toMatchObject({ state: 'faulted', answersOwner: false });
    desk.orders.length = 0;
    return desk;
  }

  it('says of whose model it was to the owner, and nothing of it to questions about others', async () => {
    const desk = await Desk.serving();
    await desk.setShards(broken);
    await desk.carryOut();
    await desk.carryOut();
    expect(desk.service.view.sentence).toMatch(/^Fault: Broken cannot be loaded; trying again at/);
    expect(desk.orders.join()).toContain('This machine is paused after failures to load');
    expect(desk.orders.join()).not.toContain('Broken');
  });

  it.each<[string, Partial<Settings>]>([
    ['other layers are hosted', { shards: [{ model: 'Good' }] }],
    ['the processor is to compute instead of a card', { backend: 'cpu' }],
    ['the context is smaller', { contextLength: 1024 }],
  ])('works again at once when %s, after however many failures', async (_title, changed) => {
    const desk = await pausedDesk();
    desk.settings = { ...desk.settings, ...changed };
    desk.service.reconcile();
    expect(desk.orders).toEqual(['work']);
    expect(desk.service.view.state).toBe('starting');
    await desk.carryOut();
    await desk.setShards({ ...shard, model: 'Good' });
    expect(desk.service.view.state).toBe('serving');
  });

  it('still waits when a setting changes that has nothing to do with it', async () => {
    const desk = await pausedDesk();
    desk.settings = { ...desk.settings, idleMinutes: 7 };
    desk.service.reconcile();
    expect(desk.orders).toEqual([]);
    expect(desk.service.view.state).toBe('faulted');
  });

  it('is not taken back by a late word of the old shards', async () => {
    const desk = await Desk.serving();
    await desk.setShards(broken);
    await desk.carryOut();
    desk.settings = { ...desk.settings, shards: [{ model: 'Good' }] };
    await desk.setShards(broken);
    await desk.carryOut();
    await desk.carryOut();
    await desk.setShards({ ...shard, model: 'Good', state: 'starting' });
    await desk.carryOut();
    await desk.setShards({ ...shard, model: 'Good' });
    expect(desk.service.view.state).toBe('serving');
  });

  it('works again at once when told to try', async () => {
    const desk = await pausedDesk();
    desk.service.tryAgain();
    expect(desk.orders).toEqual(['work']);
  });

  it('does not pause while another model serves or is being loaded', async () => {
    const desk = await Desk.serving();
    await desk.setShards(broken, { ...shard, model: 'Good' });
    expect(desk.service.view.state).toBe('serving');
    await desk.setShards(broken, { ...shard, model: 'Good', state: 'starting' });
    expect(desk.service.view.state).toBe('starting');
    expect(desk.orders).toEqual([]);
  });
});
