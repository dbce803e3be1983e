import { expect, it } from 'vitest';
import { tableLines } from './table.ts';

it('makes each column as wide as its widest cell, and leaves no space at the end of a line', () => {
  const rows = [
    ['Peer', 'Hosts'],
    ['…12345678', ''],
    ['a', 'Demo 0–5'],
  ];
  expect(tableLines(rows)).toEqual(['Peer       Hosts', '…12345678', 'a          Demo 0–5']);
  expect(tableLines(rows, ' | ')[0]).toBe('Peer      | Hosts');
  expect(tableLines([])).toEqual([]);
});
