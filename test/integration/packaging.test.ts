/** What tools/package.ts tells electron-builder, and the icons for it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type PackagingMachine,
  type PackagingOptions,
  packagingPlan,
} from '../../tools/packaging/packaging-plan.ts';

const options: PackagingOptions = {
  electron: undefined,
  node: { executable: '/node/bin/node', licence: '/node/LICENSE' },
  sqliteAddon: undefined,
  hasCuda: false,
  output: undefined,
};
const linux: PackagingMachine = { platform: 'linux', arch: 'x64', env: {} };
const windows: PackagingMachine = { platform: 'win32', arch: 'x64', env: {} };
const mac: PackagingMachine = { platform: 'darwin', arch: 'arm64', env: {} };
const updateUrl = { MINDMESH_UPDATE_URL: 'https://updates.example' };

function icon(name: string): Promise<Buffer> {
  return readFile(join(import.meta.dirname, '../../assets/icons', name));
}

describe('packaging', () => {
  it('gives the app its own Node.js with its licence', () => {
    expect(packagingPlan(options, linux).linux?.extraResources).toEqual([
      { from: '/node/bin/node', to: 'node/node' },
      { from: '/node/LICENSE', to: 'node/LICENSE' },
    ]);
    expect(packagingPlan(options, windows).win?.extraResources).toContainEqual({
      from: '/node/bin/node',
      to: 'node/node.exe',
    });
  });

  it('takes a given Electron as it is', () => {
    const electron = { folder: '/electron', version: '33.4.11' };
    expect(packagingPlan({ ...options, electron }, linux)).toMatchObject({
      electronDist: '/electron',
      electronVersion: '33.4.11',
    });
  });

  it('adds CUDA only when asked to, as an artifact that is updated to such artifacts', () => {
    expect(packagingPlan(options, linux).linux?.files).toEqual([]);
    const plan = packagingPlan({ ...options, hasCuda: true }, { ...windows, env: updateUrl });
    expect(plan.win?.files).toEqual([
      expect.objectContaining({ from: 'node_modules/@node-llama-cpp/win-x64-cuda' }),
      expect.objectContaining({ from: 'node_modules/@node-llama-cpp/win-x64-cuda-ext' }),
    ]);
    expect(plan.publish).toMatchObject({ channel: 'cuda' });
    expect(() => packagingPlan({ ...options, hasCuda: true }, mac)).toThrow('no CUDA on macOS');
  });

  it('checks for updates nowhere unless told where', () => {
    expect(packagingPlan(options, linux).publish).toBeNull();
    // electron-builder.yml reads the address from the environment itself.
    expect(packagingPlan(options, { ...linux, env: updateUrl }).publish).toBeUndefined();
  });

  it('gives an app for macOS a signature of its own when there is no certificate', () => {
    expect(packagingPlan(options, mac).mac).toMatchObject({
      identity: '-',
      hardenedRuntime: false,
    });
    const signed = packagingPlan(options, { ...mac, env: { CSC_LINK: 'certificate' } }).mac;
    expect(signed).not.toHaveProperty('identity');
    expect(signed).not.toHaveProperty('hardenedRuntime');
  });

  it('refuses a database library with another name, which nothing would load', () => {
    const sqliteAddon = '/addons/sqlite.node';
    expect(() => packagingPlan({ ...options, sqliteAddon }, linux)).toThrow('better_sqlite3.node');
  });
});

describe('the icons', () => {
  const png = Buffer.from('89504e47', 'hex');

  it('hold a picture for every size Windows asks for', async () => {
    const file = await icon('icon.ico');
    const entries = Array.from({ length: file.readUInt16LE(4) }, (_, index) => 6 + index * 16);
    expect(entries.map((entry) => file.readUInt8(entry) || 256)).toEqual([
      16, 24, 32, 48, 64, 128, 256,
    ]);
    for (const entry of entries) {
      const offset = file.readUInt32LE(entry + 12);
      expect(file.subarray(offset, offset + 4)).toEqual(png);
      expect(offset + file.readUInt32LE(entry + 8)).toBeLessThanOrEqual(file.length);
    }
  });

  it('hold a picture for every size macOS asks for', async () => {
    const file = await icon('icon.icns');
    expect(file.readUInt32BE(4)).toBe(file.length);
    const types: string[] = [];
    for (let at = 8; at < file.length; at += file.readUInt32BE(at + 4)) {
      types.push(file.toString('latin1', at, at + 4));
      expect(file.subarray(at + 8, at + 12)).toEqual(png);
    }
    expect(types).toEqual(['ic11', 'ic12', 'ic07', 'ic13', 'ic08', 'ic14', 'ic09', 'ic10']);
  });
});
