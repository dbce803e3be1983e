import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { lenientList, parseLeniently } from './lenient-list.ts';

const part = z.object({ id: z.int() });
const schema = z.object({
  boxes: lenientList(
    z.object({ name: z.string(), size: z.int().min(1), parts: lenientList(part, 'parts') }),
    'boxes',
  ),
  others: lenientList(part, 'others').optional(),
});

const box = (name: string, size: number): object => ({ name, size, parts: [] });

describe('a list with a bad entry', () => {
  test('keeps the others in order, and a sentence names the one that is missing', () => {
    const { parsed, leftOut } = parseLeniently(schema, {
      boxes: [box('a', 1), box('b', 0), box('c', 3)],
    });
    expect(parsed.data?.boxes.map(({ name }) => name)).toEqual(['a', 'c']);
    expect(leftOut).toEqual([
      'One of the boxes cannot be read and is left out: "b" (size must be at least 1).',
    ]);
  });

  test('does not take the entry of an outer list with it', () => {
    const { parsed, leftOut } = parseLeniently(schema, {
      boxes: [{ name: 'a', size: 1, parts: [{ id: 1 }, 'x', { id: 1.5 }] }],
    });
    expect(parsed.data?.boxes[0]?.parts).toEqual([{ id: 1 }]);
    expect(leftOut).toHaveLength(2);
    expect(leftOut[0]).toMatch(/^One of the parts .+ number 2 /);
  });

  test('is told of once when the outer entry is bad too', () => {
    const { parsed, leftOut } = parseLeniently(schema, {
      boxes: [{ name: 'a', size: 'large', parts: ['x', 'y'] }],
    });
    expect(parsed.data?.boxes).toEqual([]);
    expect(leftOut).toEqual([expect.stringMatching(/^One of the boxes .+"a"/)]);
  });

  test('says so in one printable line of bounded length, however it calls itself', () => {
    const { leftOut } = parseLeniently(schema, {
      boxes: [{ name: `\u001B[31m\n\u202E${'x'.repeat(10_000)}` }],
    });
    expect(leftOut).toHaveLength(1);
    expect(leftOut[0]).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]{1,400}$/u);
  });

  test('is told of in part when it has very many', () => {
    const { parsed, leftOut } = parseLeniently(schema, { boxes: Array(1000).fill(null) });
    expect(parsed.data?.boxes).toEqual([]);
    expect(leftOut).toHaveLength(21);
    expect(leftOut.at(-1)).toBe('980 more entries of lists are left out as well.');
  });
});

test('what is no list at all is still refused, and a list may be absent', () => {
  expect(parseLeniently(schema, { boxes: 'many' }).parsed.success).toBe(false);
  expect(parseLeniently(schema, {}).parsed.success).toBe(false);
  const { parsed, leftOut } = parseLeniently(schema, { boxes: [] });
  expect(parsed.data).toEqual({ boxes: [] });
  expect(leftOut).toEqual([]);
});

test('a parse whose caller does not ask what was left out leaves it out all the same', () => {
  expect(schema.parse({ boxes: [7], others: [{ id: 1 }, null] })).toEqual({
    boxes: [],
    others: [{ id: 1 }],
  });
});
