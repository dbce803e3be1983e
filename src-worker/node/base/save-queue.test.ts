import { describe, expect, it } from 'vitest';
import { SaveQueue } from './save-queue.ts';

/** Writes that end when the test says so. */
function queue() {
  const begun: PromiseWithResolvers<void>[] = [];
  const saves = new SaveQueue(() => {
    const write = Promise.withResolvers<void>();
    begun.push(write);
    return write.promise;
  });
  return { saves, begun };
}

describe('a queue of writes', () => {
  it('begins at once, and follows with one write for all calls that came meanwhile', async () => {
    const { saves, begun } = queue();
    const first = saves.save('a');
    const others = [saves.save('a'), saves.save('a'), saves.save('a')];
    expect(begun).toHaveLength(1);
    begun[0]?.resolve();
    await first;
    await expect.poll(() => begun.length).toBe(2);
    begun[1]?.resolve();
    await Promise.all(others);
    expect(begun).toHaveLength(2);
    void saves.save('a');
    expect(begun).toHaveLength(3);
  });

  it('rejects only the callers of a failed write, and continues', async () => {
    const { saves, begun } = queue();
    const first = saves.save('a');
    const second = saves.save('a');
    begun[0]?.reject(new Error('The disk is full'));
    await expect(first).rejects.toThrow('full');
    await expect.poll(() => begun.length).toBe(2);
    begun[1]?.resolve();
    await expect(second).resolves.toBeUndefined();
  });

  it('ends with everything written, and writes nothing more', async () => {
    const { saves, begun } = queue();
    void saves.save('a');
    void saves.save('a');
    const closed = saves.close();
    begun[0]?.resolve();
    await expect.poll(() => begun.length).toBe(2);
    begun[1]?.resolve();
    await closed;
    await saves.save('a');
    expect(begun).toHaveLength(2);
  });
});
