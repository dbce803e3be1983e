import { describe, expect, it } from 'vitest';
import { followsEnd } from './follow-end.ts';

const place = (scrollTop: number, scrollHeight = 1000) => ({
  scrollTop,
  scrollHeight,
  clientHeight: 400,
});

describe('following the end of a growing text', () => {
  it('goes on when the text grows faster than the view is moved', () => {
    expect(followsEnd(true, 600, place(600, 1500))).toBe(true);
  });

  it('lets go when the reader moves up, but not for a nudge at the end', () => {
    expect(followsEnd(true, 600, place(300))).toBe(false);
    expect(followsEnd(true, 600, place(590))).toBe(true);
  });

  it('stays off while the reader is away from the end, also on the way down', () => {
    expect(followsEnd(false, 100, place(300))).toBe(false);
  });

  it('takes hold again at the end, also when the text has shrunk to it', () => {
    expect(followsEnd(false, 500, place(580))).toBe(true);
    expect(followsEnd(false, 600, place(0, 300))).toBe(true);
  });
});
