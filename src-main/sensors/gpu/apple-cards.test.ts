import { expect, it } from 'vitest';
import { known, unknown } from '../reading.ts';
import { parseAppleCards } from './apple-cards.ts';

const registry = `+-o AGXAcceleratorG13X  <class AGXAcceleratorG13X, id 0x100000530, registered, matched, active, busy 0 (0 ms), retain 120>
    {
      "model" = "Apple M1 Pro"
      "PerformanceStatistics" = {"In use system memory (driver)"=0,"Alloc system memory"=5432238080,"Tiler Utilization %"=11,"recoveryCount"=0,"Renderer Utilization %"=10,"Device Utilization %"=12,"In use system memory"=764641280}
      "gpu-core-count" = 16
    }
`;

it('reads the load of Apple’s graphics', () => {
  const cards = parseAppleCards(registry, false);
  expect(cards.isKnown && cards.value).toMatchObject([
    {
      name: 'Apple M1 Pro',
      vendor: 'apple',
      utilisation: known(0.12),
      othersUtilisation: known(0.12),
    },
  ]);
});

it('cannot tell others’ load while ours is on the card', () => {
  const cards = parseAppleCards(registry, true);
  expect(cards.isKnown && cards.value[0]?.othersUtilisation).toEqual(
    unknown({ code: 'untold', fact: 'process-load-mac' }),
  );
});

it('reads an older Mac’s two cards, and finds none in nonsense', () => {
  const two = `+-o AMDRadeonX6000_AMDNavi14GraphicsAccelerator  <class X, id 0x1>
    { "PerformanceStatistics" = {"Device Utilization %"=3} }
+-o IntelAccelerator  <class IntelAccelerator, id 0x2>
    { "PerformanceStatistics" = {} }
`;
  const cards = parseAppleCards(two, false);
  expect(
    cards.isKnown && cards.value.map(({ vendor, utilisation }) => [vendor, utilisation]),
  ).toEqual([
    ['amd', known(0.03)],
    ['intel', unknown({ code: 'untold', fact: 'card-mac' })],
  ]);
  expect(parseAppleCards('', false)).toEqual(unknown({ code: 'untold', fact: 'cards-mac' }));
});
