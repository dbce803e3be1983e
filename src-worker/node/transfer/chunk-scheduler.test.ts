import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bitmap } from './bitmap.ts';
import { ChunkScheduler } from './chunk-scheduler.ts';

const count = 40;

function having(...chunks: readonly number[]): Bitmap {
  const bitmap = new Bitmap(count);
  chunks.forEach((chunk) => bitmap.set(chunk));
  return bitmap;
}

const all = Array.from({ length: count }, (_, chunk) => chunk);
const never = Number.NEGATIVE_INFINITY;
const someChunks = fc.uniqueArray(fc.nat(count - 1));
const dice = (seed: number) => (): number => {
  // Any distribution will do.
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return seed / 2_147_483_648;
};

describe('ChunkScheduler', () => {
  it('asks each source for the rarest chunk that it has', () => {
    fc.assert(
      fc.property(fc.array(someChunks, { minLength: 1, maxLength: 6 }), fc.nat(), (haves, seed) => {
        const scheduler = new ChunkScheduler(count, all, dice(seed));
        haves.forEach((chunks, id) => scheduler.setSource(`${id}`, having(...chunks)));
        const holders = (chunk: number): number =>
          haves.filter((chunks) => chunks.includes(chunk)).length;
        const taken = new Set<number>();
        for (let turn = 0; turn < count; turn += 1) {
          const id = turn % haves.length;
          const free = (haves[id] ?? []).filter((chunk) => !taken.has(chunk));
          const chunk = scheduler.next(`${id}`, turn, never);
          if (chunk === undefined) {
            expect(free).toEqual([]);
          } else {
            expect(free).toContain(chunk);
            expect(holders(chunk)).toBe(Math.min(...free.map(holders)));
            taken.add(chunk);
          }
        }
      }),
    );
  });

  it('gets every chunk that any source has, once, whichever requests fail and sources leave', () => {
    type Step = { source: number; outcome: 'comes' | 'is lacking' | 'the source leaves' };
    const step: fc.Arbitrary<Step> = fc.record({
      source: fc.nat(3),
      outcome: fc.constantFrom('comes', 'comes', 'is lacking', 'the source leaves'),
    });
    fc.assert(
      fc.property(
        fc.array(someChunks, { minLength: 4, maxLength: 4 }),
        fc.array(step, { maxLength: 200 }),
        fc.nat(),
        (haves, steps, seed) => {
          const scheduler = new ChunkScheduler(count, all, dice(seed));
          // The last source has all chunks and never fails.
          scheduler.setSource('honest', having(...all));
          haves.forEach((chunks, id) => scheduler.setSource(`${id}`, having(...chunks), id === 0));
          const got: number[] = [];
          for (const { source, outcome } of steps) {
            const chunk = scheduler.next(`${source}`, 0, never);
            if (outcome === 'the source leaves') {
              scheduler.removeSource(`${source}`);
            } else if (chunk !== undefined && outcome === 'comes') {
              scheduler.finish(chunk);
              got.push(chunk);
            } else if (chunk !== undefined) {
              scheduler.fail(`${source}`, chunk);
            }
          }
          ['0', '1', '2', '3'].forEach((id) => scheduler.removeSource(id));
          for (;;) {
            const chunk = scheduler.next('honest', 0, never);
            if (chunk === undefined) {
              break;
            }
            scheduler.finish(chunk);
            got.push(chunk);
          }
          expect(scheduler.isComplete).toBe(true);
          expect(got.toSorted((a, b) => a - b)).toEqual(all);
        },
      ),
    );
  });

  it("asks no peer for what is on this machine's disk, unless it is spoilt there", () => {
    const scheduler = new ChunkScheduler(count, [1, 2], dice(1));
    const onDisk = having(1);
    scheduler.setSource('disk', onDisk, true);
    scheduler.setSource('peer', having(1, 2));
    expect(scheduler.next('peer', 0, never)).toBe(2);
    expect(scheduler.next('peer', 0, never)).toBeUndefined();
    expect(scheduler.next('disk', 0, never)).toBe(1);
    // The source may have removed the chunk from its list already.
    onDisk.clear(1);
    scheduler.fail('disk', 1);
    expect(scheduler.next('disk', 0, never)).toBeUndefined();
    expect(scheduler.next('peer', 0, never)).toBe(1);
  });

  it('does not request a chunk again that a source lacked, even if the source still claims to have it', () => {
    const scheduler = new ChunkScheduler(count, [3], dice(1));
    scheduler.setSource('peer', having(3));
    scheduler.next('peer', 0, never);
    scheduler.fail('peer', 3);
    scheduler.setSource('peer', having(3));
    expect(scheduler.next('peer', 0, never)).toBeUndefined();
  });

  it('requests a late chunk from a second source, and no third, when nothing else is left', () => {
    const scheduler = new ChunkScheduler(count, [5, 6], dice(1));
    for (const id of ['a', 'b', 'c']) {
      scheduler.setSource(id, having(5, 6));
    }
    const first = scheduler.next('a', 100, never);
    const second = scheduler.next('b', 200, never);
    expect(new Set([first, second])).toEqual(new Set([5, 6]));
    expect(scheduler.next('c', 300, 100)).toBeUndefined();
    expect(scheduler.next('a', 300, 150)).toBeUndefined();
    expect(scheduler.next('c', 300, 150)).toBe(first);
    expect(scheduler.next('b', 301, 300)).toBeUndefined();
  });

  it("asks no peer for what this machine's disk is slow to read", () => {
    const scheduler = new ChunkScheduler(count, [5], dice(1));
    scheduler.setSource('disk', having(5), true);
    scheduler.setSource('peer', having(5));
    expect(scheduler.next('disk', 0, never)).toBe(5);
    expect(scheduler.next('peer', 1000, 900)).toBeUndefined();
  });

  it('gives the chunks of a removed source to others at once', () => {
    const scheduler = new ChunkScheduler(count, [7], dice(1));
    scheduler.setSource('a', having(7));
    scheduler.setSource('b', having(7));
    expect(scheduler.next('a', 0, never)).toBe(7);
    expect(scheduler.next('b', 0, never)).toBeUndefined();
    scheduler.removeSource('a');
    expect(scheduler.next('b', 0, never)).toBe(7);
  });
});
