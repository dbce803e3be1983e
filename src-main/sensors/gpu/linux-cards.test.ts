import { expect, it } from 'vitest';
import { addFiles, fileTree } from '../../../test/support/machine/file-tree.ts';
import { ManualClock } from '../../../test/support/machine/sensor-clock.ts';
import { known, unknown } from '../reading.ts';
import { LinuxCards } from './linux-cards.ts';

const amd = 'bus/pci/devices/0000:0b:00.0';
const intel = 'bus/pci/devices/0000:00:02.0';

const amdFiles = {
  [`${amd}/class`]: '0x030000\n',
  [`${amd}/vendor`]: '0x1002\n',
  [`${amd}/device`]: '0x744c\n',
  [`${amd}/driver`]: '-> ../../../../bus/pci/drivers/amdgpu',
  [`${amd}/power/runtime_status`]: 'active\n',
  [`${amd}/gpu_busy_percent`]: '62\n',
  [`${amd}/mem_info_vram_total`]: `${24 * 1024 ** 3}\n`,
  [`${amd}/mem_info_vram_used`]: `${9 * 1024 ** 3}\n`,
  [`${amd}/hwmon/hwmon4/temp1_input`]: '57000\n',
  [`${amd}/hwmon/hwmon4/power1_average`]: '211000000\n',
  [`${amd}/hwmon/hwmon4/pwm1`]: '102\n',
  [`${amd}/hwmon/hwmon4/pwm1_max`]: '255\n',
};

const intelFiles = {
  [`${intel}/class`]: '0x030000\n',
  [`${intel}/vendor`]: '0x8086\n',
  [`${intel}/device`]: '0x9a49\n',
  [`${intel}/drm/card1/gt/gt0/rc6_residency_ms`]: '10000\n',
  [`${intel}/hwmon/hwmon2/energy1_input`]: '1000000\n',
};

const fdinfo = (busyNs: number, id: number, kib: number): string =>
  `drm-driver:\tamdgpu\ndrm-client-id:\t${id}\ndrm-pdev:\t0000:0b:00.0\ndrm-memory-vram:\t${kib} KiB\ndrm-engine-compute:\t${busyNs} ns\n`;

type Setting = {
  cards: LinuxCards;
  clock: ManualClock;
  sysRoot: string;
  procRoot: string;
};

async function setting(
  sys: Readonly<Record<string, string>>,
  proc: Readonly<Record<string, string>> = { '1/comm': 'init\n' },
  gpuPids: ReadonlySet<number> = new Set(),
): Promise<Setting> {
  const [sysRoot, procRoot] = [await fileTree(sys), await fileTree(proc)];
  const clock = new ManualClock();
  const own = { pids: gpuPids, gpuPids };
  const names = new Map([['0000:0b:00.0', 'Radeon RX 7900 XTX']]);
  const cards = new LinuxCards({ own: () => own, names: () => names, sysRoot, procRoot, clock });
  return { cards, clock, sysRoot, procRoot };
}

it('reads all that amdgpu tells', async () => {
  const { cards } = await setting(amdFiles);
  expect(await cards.read()).toEqual(
    known([
      {
        id: '0000:0b:00.0',
        pciAddress: '0000:0b:00.0',
        name: 'Radeon RX 7900 XTX',
        driver: { name: 'amdgpu', version: null },
        vendor: 'amd',
        isIntegrated: false,
        utilisation: known(0.62),
        othersUtilisation: known(0.62),
        memoryBytes: known(24 * 1024 ** 3),
        othersMemoryBytes: known(9 * 1024 ** 3),
        temperatureCelsius: known(57),
        powerWatts: known(211),
        fanShare: known(102 / 255),
      },
    ]),
  );
});

it('subtracts our engine by what the driver tells of each process', async () => {
  const proc = {
    '700/fd/9': '-> /dev/dri/renderD128',
    '700/fdinfo/9': fdinfo(0, 1, 6 * 1024 ** 2),
    '900/fd/4': '-> /dev/dri/renderD128',
    '900/fd/5': '-> /dev/dri/card0',
    '900/fd/6': '-> /home/someone/file',
    '900/fdinfo/4': fdinfo(0, 2, 1024),
    '900/fdinfo/5': fdinfo(0, 2, 1024),
  };
  const { cards, clock, procRoot } = await setting(amdFiles, proc, new Set([700]));
  await cards.read();
  await addFiles(procRoot, {
    '700/fdinfo/9': fdinfo(1e9, 1, 6 * 1024 ** 2),
    '900/fdinfo/4': fdinfo(0.5e9, 2, 1024),
    '900/fdinfo/5': fdinfo(0.5e9, 2, 1024),
  });
  await clock.pass(2000);
  const facts = await cards.read();
  expect(facts.isKnown && facts.value[0]).toMatchObject({
    utilisation: known(0.62),
    othersUtilisation: known(0.25),
    othersMemoryBytes: known(3 * 1024 ** 3),
  });
});

it('leaves a sleeping card asleep', async () => {
  const { cards } = await setting({ ...amdFiles, [`${amd}/power/runtime_status`]: 'suspended\n' });
  const facts = await cards.read();
  expect(facts.isKnown && facts.value[0]).toMatchObject({
    utilisation: known(0),
    temperatureCelsius: unknown({ code: 'untold', fact: 'card-sleeps' }),
  });
});

it('works an Intel card’s load and power out from two looks', async () => {
  const { cards, clock, sysRoot } = await setting(intelFiles);
  const first = await cards.read();
  expect(first.isKnown && first.value[0]).toMatchObject({
    name: 'Intel graphics card 0x9a49',
    utilisation: unknown({ code: 'untold', fact: 'card-load' }),
    temperatureCelsius: unknown({ code: 'untold', fact: 'card-temperature' }),
  });
  await addFiles(sysRoot, {
    [`${intel}/drm/card1/gt/gt0/rc6_residency_ms`]: '11500\n',
    [`${intel}/hwmon/hwmon2/energy1_input`]: '21000000\n',
  });
  await clock.pass(2000);
  const second = await cards.read();
  expect(second.isKnown && second.value[0]).toMatchObject({
    isIntegrated: true,
    utilisation: known(0.25),
    othersUtilisation: unknown({ code: 'untold', fact: 'card-awake-only' }),
    powerWatts: known(10),
    memoryBytes: unknown({ code: 'untold', fact: 'shared-memory' }),
  });
});

it.each([
  [1900, known(0.05)],
  [200, known(0.9)],
])('takes a card that slept %d ms of two seconds for what it must be', async (asleepMs, load) => {
  const { cards, clock, sysRoot } = await setting(intelFiles);
  await cards.read();
  const counter = `${intel}/drm/card1/gt/gt0/rc6_residency_ms`;
  await addFiles(sysRoot, { [counter]: `${10_000 + asleepMs}\n` });
  await clock.pass(2000);
  const facts = await cards.read();
  const others = facts.isKnown ? facts.value[0]?.othersUtilisation : undefined;
  expect(others).toEqual(known(expect.closeTo(load.value, 6)));
});

const gtt = { [`${amd}/mem_info_gtt_total`]: `${16 * 1024 ** 3}\n` };
const carveOut = (bytes: number) => ({ [`${amd}/mem_info_vram_total`]: `${bytes}\n` });
const northBridge = { [`${amd}/hwmon/hwmon4/in1_label`]: 'vddnb\n' };
it.each([
  ['of 512 MB', { ...gtt, ...carveOut(512 * 1024 ** 2) }, true, undefined],
  ['of 4 GB', { ...gtt, ...northBridge, ...carveOut(4 * 1024 ** 3) }, true, undefined],
  ['of nearly all', { ...gtt, ...northBridge, ...carveOut(96e9) }, true, 96e9],
  ['of none, on a card of its own', gtt, false, 24 * 1024 ** 3],
])('counts a carve-out %s only where it bounds the card', async (_, files, isIntegrated, bytes) => {
  const { cards } = await setting({ ...amdFiles, ...files });
  const facts = await cards.read();
  expect(facts.isKnown && facts.value[0]).toMatchObject({
    isIntegrated,
    memoryBytes:
      bytes === undefined ? unknown({ code: 'untold', fact: 'shared-memory' }) : known(bytes),
  });
});

it('does not take our memory for others’ where the kernel does not tell of processes', async () => {
  const { cards } = await setting(amdFiles, { '700/comm': 'node\n' }, new Set([700]));
  const facts = await cards.read();
  expect(facts.isKnown && facts.value[0]?.othersMemoryBytes).toEqual(
    unknown({ code: 'untold', fact: 'card-process-memory' }),
  );
});

it('lists no card that computes nothing, none of a virtual machine, and knows when it cannot see', async () => {
  const aspeed = 'bus/pci/devices/0000:03:00.0';
  const { cards } = await setting({
    [`${aspeed}/class`]: '0x030000\n',
    [`${aspeed}/vendor`]: '0x1a03\n',
    [`${amd}/class`]: '0x030000\n',
    [`${amd}/vendor`]: '0x1002\n',
    [`${amd}/driver`]: '-> ../../../../bus/pci/drivers/vfio-pci',
    'bus/pci/devices/0000:00:1f.0/class': '0x060100\n',
  });
  expect(await cards.read()).toEqual(known([]));
  const blind = await setting({});
  expect(await blind.cards.read()).toEqual(unknown({ code: 'untold', fact: 'cards' }));
});

it('shows files that hold nonsense as unknown', async () => {
  const { cards } = await setting({
    ...amdFiles,
    [`${amd}/gpu_busy_percent`]: 'busy\n',
    [`${amd}/mem_info_vram_used`]: '\n',
    [`${amd}/hwmon/hwmon4/temp1_input`]: '0x39\n',
    [`${amd}/hwmon/hwmon4/pwm1_max`]: '0\n',
  });
  const facts = await cards.read();
  expect(facts.isKnown && facts.value[0]).toMatchObject({
    utilisation: { isKnown: false },
    othersMemoryBytes: { isKnown: false },
    temperatureCelsius: { isKnown: false },
    fanShare: { isKnown: false },
  });
});
