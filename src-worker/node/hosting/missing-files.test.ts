import { expect, it, vi } from 'vitest';
import { MissingFiles } from './missing-files.ts';

it('tells of each missing file once, and when that changes', async () => {
  const lost = new Set<string>();
  const onChange = vi.fn<() => void>();
  const missing = new MissingFiles({
    hosted: () => [
      { manifestId: 'a', model: 'Small', firstLayer: 0, lastLayer: 1 },
      { manifestId: 'a', model: 'Small', firstLayer: 2, lastLayer: 3 },
      { manifestId: 'b', model: 'Large', firstLayer: 0, lastLayer: 9 },
    ],
    missingFile: async (id) => (lost.has(id) ? `/models/${id}.gguf` : undefined),
    onChange,
  });
  await missing.check();
  expect([missing.warnings, onChange.mock.calls.length]).toEqual([[], 0]);
  lost.add('a');
  await missing.check();
  await missing.check();
  expect(missing.warnings).toEqual([
    expect.stringMatching(/^The file \/models\/a\.gguf of Small is missing/),
  ]);
  expect(onChange).toHaveBeenCalledTimes(1);
  lost.clear();
  await missing.check();
  expect([missing.warnings, onChange.mock.calls.length]).toEqual([[], 2]);
});
