import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { AddressBook } from './address-book.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'mindmesh-book-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

describe('AddressBook', () => {
  it('remembers peers until the next start, the last seen first', async () => {
    const path = await folder();
    const book = await AddressBook.open(path, () => {});
    vi.useFakeTimers({ toFake: ['Date'], now: 1000 });
    onTestFinished(() => void vi.useRealTimers());
    book.seen('a', ['/ip4/192.0.2.1/tcp/1']);
    vi.setSystemTime(2000);
    book.seen('b', ['/ip4/192.0.2.2/tcp/1']);
    book.seen('nowhere', []);
    await book.close();
    const again = await AddressBook.open(path, () => {});
    expect(again.all()).toEqual([
      { peer: 'b', addresses: ['/ip4/192.0.2.2/tcp/1'], seenAt: 2000 },
      { peer: 'a', addresses: ['/ip4/192.0.2.1/tcp/1'], seenAt: 1000 },
    ]);
    await again.close();
  });

  it('writes new addresses within seconds, for a process that is killed, and known ones later', async () => {
    const path = await folder();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const book = await AddressBook.open(path, () => {});
    const written = async (): Promise<string> =>
      await readFile(join(path, 'peers.json'), 'utf8').catch(() => '');
    book.seen('a', ['/ip4/192.0.2.1/tcp/1']);
    vi.advanceTimersByTime(5000);
    await vi.waitFor(async () => expect(await written()).toContain('/tcp/1'));
    book.seen('a', ['/ip4/192.0.2.1/tcp/2']);
    vi.advanceTimersByTime(5000);
    await vi.waitFor(async () => expect(await written()).toContain('/tcp/2'));
    book.seen('a', ['/ip4/192.0.2.1/tcp/2']);
    expect(vi.getTimerCount()).toBe(1);
    await book.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps the last 1024', async () => {
    const path = await folder();
    const book = await AddressBook.open(path, () => {});
    for (let index = 0; index < 1100; index += 1) {
      book.seen(`peer ${index}`, ['/ip4/192.0.2.1/tcp/1']);
    }
    await book.close();
    const { peers } = JSON.parse(await readFile(join(path, 'peers.json'), 'utf8'));
    expect(peers).toHaveLength(1024);
  });

  it.each(['', 'nonsense', '{"peers":[{"peer":5}]}', '[]'])(
    'is empty, and logs a warning, when its file holds %j',
    async (text) => {
      const path = await folder();
      await writeFile(join(path, 'peers.json'), text);
      const warnings: string[] = [];
      const book = await AddressBook.open(path, (_level, message) => warnings.push(message));
      expect(book.all()).toEqual([]);
      expect(warnings).toHaveLength(1);
      await book.close();
    },
  );
});
