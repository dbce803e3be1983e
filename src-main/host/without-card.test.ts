import { describe, expect, it } from 'vitest';
import { defaultSettings } from '../../src-shared/settings/settings.ts';
import { withoutCard } from './without-card.ts';

const none = { backend: 'cpu', devices: [] } as const;
const card = {
  id: '0000:01:00.0',
  name: 'Some card',
  isIntegrated: false,
  totalBytes: 8e9,
  freeBytes: 8e9,
  largestBufferBytes: 4e9,
};

describe('what a machine without a graphics card does', () => {
  it('is to host what its owner chose, small models, or nothing', () => {
    expect(withoutCard(none, defaultSettings, 8e9)).toBe('chosen-models');
    expect(withoutCard(none, { ...defaultSettings, hosting: 'automatic' }, 8e9)).toBe(
      'small-models',
    );
    expect(withoutCard(none, { ...defaultSettings, shards: [] }, 8e9)).toBe('asks-only');
    const automatic = { ...defaultSettings, hosting: 'automatic' } as const;
    expect(withoutCard(none, { ...automatic, shards: [] }, 8e9)).toBe('small-models');
    // A computer with little memory.
    expect(withoutCard(none, { ...automatic, shards: [] }, 0)).toBe('asks-only');
    expect(withoutCard(none, automatic, 1e8)).toBe('chosen-models');
  });

  it('is not told before it is known, with a card, or where the owner wants the processor', () => {
    expect(withoutCard(null, defaultSettings, 8e9)).toBeNull();
    expect(withoutCard({ backend: 'vulkan', devices: [card] }, defaultSettings, 8e9)).toBeNull();
    expect(withoutCard(none, { ...defaultSettings, backend: 'cpu' }, 8e9)).toBeNull();
  });
});
