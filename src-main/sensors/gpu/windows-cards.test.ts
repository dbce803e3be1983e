import { expect, it } from 'vitest';
import { known, unknown } from '../reading.ts';
import { WindowsRecords } from '../windows/records.ts';
import { windowsCards } from './windows-cards.ts';

function sectionsAfter(...lines: string[]): WindowsRecords['sections'] {
  const records = new WindowsRecords();
  for (const line of ['begin', ...lines]) {
    expect(records.push(line)).toBe(true);
  }
  return records.sections;
}

const radeon = '0x00000000_0x0000c6a1';
const adapters = [
  `adapter\t${radeon}\t4098\t17095983104\tAMD Radeon RX 6800 XT`,
  'adapter\t0x00000000_0x0000d0ff\t5140\t0\tMicrosoft Basic Render Driver',
  'end\tadapters',
];
const load = [
  `engine\tpid_4120_luid_${radeon}_phys_0_eng_0_engtype_3D\t31`,
  `engine\tpid_88_luid_${radeon}_phys_0_eng_0_engtype_3D\t4`,
  `engine\tpid_7000_luid_${radeon}_phys_0_eng_1_engtype_Compute 0\t52`,
  'engine\tpid_88_luid_0x00000000_0x0000d0ff_phys_0_eng_0_engtype_3D\t99',
  `memory\tpid_4120_luid_${radeon}_phys_0\t3000000000`,
  `memory\tpid_7000_luid_${radeon}_phys_0\t9000000000`,
  'end\tload',
];

it('shows the busiest engine of a card, with and without our processes', () => {
  const cards = windowsCards(sectionsAfter(...adapters, ...load), new Set([7000]));
  expect(cards).toMatchObject(
    known([
      {
        id: radeon,
        name: 'AMD Radeon RX 6800 XT',
        vendor: 'amd',
        utilisation: known(0.52),
        othersUtilisation: known(0.35),
        memoryBytes: known(17_095_983_104),
        othersMemoryBytes: known(3_000_000_000),
        temperatureCelsius: unknown({ code: 'untold', fact: 'card-windows' }),
      },
    ]),
  );
});

it('knows an integrated card by the little that firmware carved out for it', () => {
  const uhd = '0x00000000_0x0000b111';
  const found = [`adapter\t${uhd}\t32902\t134217728\tIntel(R) UHD Graphics 770`, ...adapters];
  const cards = windowsCards(sectionsAfter(...found, ...load), new Set());
  const shared = unknown({ code: 'untold', fact: 'shared-memory' });
  expect(cards).toMatchObject(
    known([
      { id: uhd, isIntegrated: true, memoryBytes: shared, othersMemoryBytes: shared },
      { id: radeon, isIntegrated: false },
    ]),
  );
});

it('reads decimal commas as they come in other languages', () => {
  const sections = sectionsAfter(
    ...adapters,
    `engine\tpid_4120_luid_${radeon.toUpperCase().replaceAll('X', 'x')}_phys_0_eng_0_engtype_3D\t31,25`,
    'end\tload',
  );
  const cards = windowsCards(sections, new Set());
  expect(cards.isKnown && cards.value[0]?.utilisation).toEqual(known(0.3125));
});

it('is idle when the counters show nothing, unknown when there are none', () => {
  const idle = windowsCards(sectionsAfter(...adapters, 'end\tload'), new Set());
  expect(idle.isKnown && idle.value[0]?.othersUtilisation).toEqual(known(0));
  const blind = windowsCards(
    sectionsAfter(...adapters, 'failed\tload\tInvalid class "Win32_PerfFormattedData_…"'),
    new Set(),
  );
  expect(blind.isKnown && blind.value[0]?.othersUtilisation).toEqual(
    unknown({ code: 'no-loads', detail: 'Invalid class "Win32_PerfFormattedData_…"' }),
  );
  expect(windowsCards(sectionsAfter(), new Set())).toEqual(
    unknown({ code: 'not-answered-yet', tool: 'Windows' }),
  );
});
