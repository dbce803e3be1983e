import { expect, it } from 'vitest';
import type { GpuFacts } from '../../../src-shared/duty.ts';
import { known, unknown } from '../reading.ts';
import { GraphicsCards } from './graphics-cards.ts';

const untold = unknown({ code: 'failed', message: 'untold' });

function card(id: string, vendor: GpuFacts['vendor'], changes: Partial<GpuFacts> = {}): GpuFacts {
  return {
    id,
    name: `${vendor} card`,
    vendor,
    isIntegrated: false,
    utilisation: untold,
    othersUtilisation: untold,
    memoryBytes: untold,
    othersMemoryBytes: untold,
    temperatureCelsius: untold,
    powerWatts: untold,
    fanShare: untold,
    ...changes,
  };
}

const address = '0000:01:00.0';
const told = {
  pciAddress: address,
  facts: card('GPU-5b1e', 'nvidia', { name: 'RTX 4070', utilisation: known(0.5) }),
};

it('shows each card once: NVIDIA’s as nvidia-smi tells, others as the system does', () => {
  const system = known([card('0000:0b:00.0', 'amd'), card(address, 'nvidia')]);
  const merged = new GraphicsCards().merge(system, known([told]));
  expect(merged.isKnown && merged.value.map(({ id }) => id)).toEqual(['GPU-5b1e', '0000:0b:00.0']);
});

it('fills in from Windows’ counters what nvidia-smi does not tell, never less than any card of that name', () => {
  const system = known([
    card('0x0_0x1', 'nvidia', { name: 'RTX 4070', othersUtilisation: known(0.1) }),
    card('0x0_0x2', 'nvidia', { name: 'RTX 4070', othersUtilisation: known(0.7) }),
  ]);
  const merged = new GraphicsCards().merge(system, known([told]));
  expect(merged).toEqual(known([{ ...told.facts, othersUtilisation: known(0.7) }]));
});

it('keeps a card and its identity when its tool gets into trouble, and says why nothing is known', () => {
  const cards = new GraphicsCards();
  const system = known([card(address, 'nvidia')]);
  cards.merge(system, known([told]));
  const merged = cards.merge(system, unknown({ code: 'silent', tool: 'nvidia-smi', seconds: 16 }));
  expect(merged.isKnown && merged.value).toMatchObject([
    {
      id: 'GPU-5b1e',
      name: 'RTX 4070',
      utilisation: unknown({ code: 'silent', tool: 'nvidia-smi', seconds: 16 }),
    },
  ]);
});

it('does not miss the tool where there is no card for it', () => {
  const system = known([card('0000:0b:00.0', 'amd')]);
  const cards = new GraphicsCards();
  expect(cards.merge(system, unknown({ code: 'not-installed', tool: 'nvidia-smi' }))).toEqual(
    system,
  );
  expect(
    cards.merge(
      unknown({ code: 'failed', message: 'no /sys' }),
      unknown({ code: 'not-installed', tool: 'nvidia-smi' }),
    ),
  ).toEqual(
    unknown({
      code: 'both',
      first: { code: 'failed', message: 'no /sys' },
      second: { code: 'not-installed', tool: 'nvidia-smi' },
    }),
  );
  expect(cards.merge(unknown({ code: 'failed', message: 'no /sys' }), known([told]))).toEqual(
    known([told.facts]),
  );
});
