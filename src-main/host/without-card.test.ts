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
    expect(withoutCard(none, defaultSettings)).toBe('chosen-models');
    expect(withoutCard(none, { ...defaultSettings, hosting: 'automatic' })).toBe('small-models');
    expect(withoutCard(none, { ...defaultSettings, shards: [] })).toBe('asks-only');
    const automatic = { ...defaultSettings, hosting: 'automatic' } as const;
    expect(withoutCard(none, { ...automatic, shards: [] })).toBe('small-models');
  });

  it('is not told before it is known, with a card, or where the owner wants the processor', () => {
    expect(withoutCard(null, defaultSettings)).toBeNull();
    expect(withoutCard({ backend: 'vulkan', devices: [card] }, defaultSettings)).toBeNull();
    expect(withoutCard(none, { ...defaultSettings, backend: 'cpu' })).toBeNull();
  });
});
