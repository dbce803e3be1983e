import { expect, it } from 'vitest';
import { missingFactsWords } from './missing-facts.ts';

it('names together what is missing for the same reason', () => {
  const reason = { code: 'not-installed', tool: 'nvidia-smi' } as const;
  const other = { code: 'not-installed', tool: 'sensors' } as const;
  const missing = [
    { fact: 'load', reason },
    { fact: 'heat', reason: other },
    { fact: 'fan', reason },
  ] as const;
  const names = { load: 'load', heat: 'temperature', fan: 'fan' };
  expect(missingFactsWords(missing, names)).toBe(
    'load, fan (nvidia-smi is not installed); temperature (sensors is not installed)',
  );
});
