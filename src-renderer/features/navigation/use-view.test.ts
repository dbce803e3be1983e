import { describe, expect, it } from 'vitest';
import { views } from '../../../src-shared/views.ts';
import { viewAddress, viewOf } from './use-view.ts';

describe('the view that an address names', () => {
  it('is the one whose own address it is', () => {
    expect(views.map((view) => viewOf(viewAddress(view)))).toEqual([...views]);
  });

  it('is the chat for any other address', () => {
    expect(['', '#', '#/elsewhere', '#status', '#/__proto__'].map(viewOf)).toEqual(
      Array.from({ length: 5 }, () => 'chat'),
    );
  });
});
