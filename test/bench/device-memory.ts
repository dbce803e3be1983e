/**
 * The free memory of graphics devices around one load, as their drivers tell it. Software Vulkan takes part where there is no
 * card, though its driver tells all of its memory as free at any time.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Compute } from '../../src-shared/compute.ts';
import { EngineClient } from '../../src-worker/node/engines/engine-client.ts';
import { eventuallyTrue } from '../support/host/host-processes.ts';
import { known } from '../support/host/duty-inputs.ts';
import { hostOfLongAnswers, untilServing } from '../support/host/long-answers.ts';
import { PlayedMachine } from '../support/machine/played-machine.ts';
import { softwareCards } from '../support/machine/software-vulkan.ts';

export type DeviceMemory = {
  readonly name: string;
  readonly beforeBytes: number;
  readonly loadedBytes: number;
  readonly afterBytes: number;
  /** What the engine says that it has on devices. */
  readonly engineBytes: number;
};

/** Undefined where llama.cpp finds no device. */
export async function deviceMemory(): Promise<DeviceMemory | undefined> {
  const environment = (await look()).devices.length > 0 ? {} : (softwareCards() ?? {});
  Object.assign(process.env, environment);
  const folder = await mkdtemp(join(tmpdir(), 'mindmesh-device-'));
  try {
    const before = await look();
    const [device] = before.devices;
    if (device === undefined) {
      return undefined;
    }
    const machine = new PlayedMachine();
    machine.tell({ gpus: known([]) });
    const host = await hostOfLongAnswers(folder, machine, { overrides: { backend: 'auto' } });
    try {
      await untilServing(host);
      const engineBytes = host.snapshot().node?.shards[0]?.deviceBytes ?? 0;
      const loaded = await look();
      machine.play('Cyberpunk2077.exe');
      await eventuallyTrue('paused', () => host.snapshot().duty.state === 'paused');
      const after = await look();
      return {
        name: device.name,
        beforeBytes: freeBytes(before),
        loadedBytes: freeBytes(loaded),
        afterBytes: freeBytes(after),
        engineBytes,
      };
    } finally {
      await host.stop();
    }
  } finally {
    for (const name of Object.keys(environment)) {
      delete process.env[name];
    }
    await rm(folder, { recursive: true, force: true });
  }
}

function look(): Promise<Compute> {
  return EngineClient.devices('auto');
}

function freeBytes({ devices }: Compute): number {
  return devices.reduce((sum, device) => sum + device.freeBytes, 0);
}
