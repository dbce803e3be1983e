import { expect, it } from 'vitest';
import { ManualClock } from '../../test/support/machine/sensor-clock.ts';
import { RecentGpuPids } from './own-processes.ts';

it('still counts an engine as ours in the seconds after its end', async () => {
  const clock = new ManualClock();
  let engines = new Set([41]);
  const recent = new RecentGpuPids(() => ({ pids: engines, gpuPids: engines }), clock);
  expect(recent.pids).toEqual(new Set([41]));
  engines = new Set([42]);
  await clock.pass(5000);
  expect(recent.pids).toEqual(new Set([41, 42]));
  await clock.pass(1);
  expect(recent.pids).toEqual(new Set([42]));
});
