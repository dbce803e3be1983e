import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type AtomicFileOptions, privateMode, writeAtomically } from './atomic-file.ts';

async function folderOf(content?: string): Promise<{ folder: string; path: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'mindmesh-atomic-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'file');
  if (content !== undefined) {
    await writeFile(path, content);
  }
  return { folder, path };
}

function write(path: string, text: string, options?: AtomicFileOptions): Promise<void> {
  return writeAtomically(path, (handle) => handle.writeFile(text), options);
}

describe('writeAtomically', () => {
  it('replaces a file, and leaves nothing beside it', async () => {
    const { folder, path } = await folderOf('before');
    await write(path, 'after');
    expect(await readFile(path, 'utf8')).toBe('after');
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('leaves the file as it was when writing fails half-way', async () => {
    const { folder, path } = await folderOf('before');
    const failing = writeAtomically(path, async (handle) => {
      await handle.writeFile('half');
      throw new Error('the disk is full');
    });
    await expect(failing).rejects.toThrow('the disk is full');
    expect(await readFile(path, 'utf8')).toBe('before');
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('lets the writer read what it wrote before it gets its name', async () => {
    const { path } = await folderOf();
    const read: string[] = [];
    await writeAtomically(path, async (handle, partial) => {
      await handle.writeFile('all of it');
      read.push(await readFile(partial, 'utf8'));
    });
    expect(read).toEqual(['all of it']);
  });

  it.skipIf(process.platform === 'win32')('is private from its first byte on', async () => {
    const { path } = await folderOf('open to all');
    const modes: number[] = [];
    await writeAtomically(
      path,
      async (handle) => void modes.push((await handle.stat()).mode % 0o1000),
      { mode: privateMode },
    );
    modes.push((await stat(path)).mode % 0o1000);
    expect(modes).toEqual([privateMode, privateMode]);
  });

  it('never replaces a file that another process made first, where the file is to be new', async () => {
    const { folder, path } = await folderOf();
    const results = await Promise.allSettled(
      ['one', 'two', 'three'].map((text) => write(path, text, { isNew: true })),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(write(path, 'four', { isNew: true })).rejects.toMatchObject({ code: 'EEXIST' });
    expect(['one', 'two', 'three']).toContain(await readFile(path, 'utf8'));
    expect(await readdir(folder)).toEqual(['file']);
  });
});
