/** `mindmesh doctor` on a real host with a real node, the demo model and a machine whose names are planted. */
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHost } from '../../src-main/host/host.ts';
import type { Finding } from '../../src-shared/doctor/finding.ts';
import { mindmesh, startMindmesh } from '../support/host/host-command-line.ts';
import { eventuallyTrue } from '../support/host/host-processes.ts';
import { PlayedMachine } from '../support/machine/played-machine.ts';
import { temporaryFolder } from '../support/machine/temporary-folder.ts';

const alone = '--always-work --api-port 0 --window-port 0 --no-mdns --threads 2'.split(' ');

/** A peer that is not there, at an address which says whose it is. */
const stranger = '12D3KooWGzxzKZYveHXtpG6AsrUJBcWxHBFS2HsEoGTxrMLvKXtf';
const unreachable = `/dns4/lovelace.invalid/tcp/4001/p2p/${stranger}`;

type Report = { about: string; findings: ({ topic: string; says: string } & Finding)[] };

describe('mindmesh doctor', () => {
  it('tells what a host has and does, and writes a report with nothing personal in it', async () => {
    const folder = join(await temporaryFolder(), 'Ada Lovelace');
    await mkdir(folder);
    const data = join(folder, 'data');
    const listen = ['--listen', '/ip4/127.0.0.1/tcp/0', '--peer', unreachable];
    const serving = startMindmesh(['serve', '--data', data, ...alone, ...listen], {
      env: { ...process.env, HOME: folder },
    });
    onTestFinished(() => void serving.kill('SIGKILL'));
    let printed = '';
    serving.stdout.on('data', (piece: Buffer) => (printed += piece.toString()));
    await eventuallyTrue('serving', () => printed.includes('Press Ctrl-C'), 60_000);
    await eventuallyTrue(
      'the stranger is known to be out of reach',
      async () => (await mindmesh(['status', '--data', data])).out.includes('cannot be reached'),
      60_000,
    );

    const file = join(folder, 'report.json');
    const { code, out, err } = await mindmesh(['doctor', '--data', data, '--report', file]);
    expect(code).toBe(0);
    expect(out).toContain('Working for the mesh.');
    expect(out).toMatch(/MindMesh Demo, layers 0–5 of 6: loaded\./);
    expect(out).toMatch(/MindMesh Demo reads [\d,.]+ tokens\/s .* writes [\d,.]+ tokens\/s/);
    expect(out).toMatch(/The API for other programs answers at port \d+/);
    expect(out).toMatch(/The window answers at port \d+/);
    expect(out).toContain(`Everything is kept in ${data}.`);
    expect(out).toContain(`Node.js ${process.versions.node}`);
    expect(err).toContain(`The report is in ${file}.`);

    const text = await readFile(file, 'utf8');
    const { findings } = JSON.parse(text) as Report;
    expect(new Set(findings.map(({ topic }) => topic))).toEqual(
      new Set(['work', 'graphics', 'models', 'speed', 'ports', 'reach', 'storage', 'versions']),
    );
    expect(findings.find(({ code: each }) => each === 'data-folder')?.says).toBe(
      'Everything is kept in (data folder).',
    );
    const speed = findings.find((finding) => finding.code === 'speed');
    expect(speed).toMatchObject({ model: 'MindMesh Demo', others: 0 });
    expect(speed?.promptTokensPerSecond).toBeGreaterThan(0);
    expect(findings.some(({ code: each }) => each === 'warning')).toBe(true);
    const key = (await readFile(join(data, 'api-key'), 'utf8')).trim();
    const personal = [folder, 'Lovelace', 'lovelace', stranger, '12D3KooW', '127.0.0.1', key];
    expect(personal.filter((word) => text.includes(word))).toEqual([]);
    const words = findings.flatMap(({ says }) => says.split(/[^\p{L}\p{N}-]+/u));
    expect(words).not.toContain(hostname());
    expect(words).not.toContain(userInfo().username);
  });

  it('leaves the benchmark out when told', async () => {
    const folder = await temporaryFolder();
    const flags = ['--no-shards', '--listen', '/ip4/127.0.0.1/tcp/0'];
    const serving = startMindmesh(['serve', '--data', folder, ...alone, ...flags]);
    onTestFinished(() => void serving.kill('SIGKILL'));
    let printed = '';
    serving.stdout.on('data', (piece: Buffer) => (printed += piece.toString()));
    await eventuallyTrue('serving', () => printed.includes('Press Ctrl-C'), 60_000);
    const { out } = await mindmesh(['doctor', '--data', folder, '--no-benchmark']);
    expect(out).toContain('This computer hosts nothing; it only asks.');
    expect(out).not.toContain('Speed');
    const measured = await mindmesh(['doctor', '--data', folder]);
    expect(measured.out).toContain('The speed was not measured: this computer hosts no model');
  });

  it('says that no host runs, and what it can tell all the same', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'report.json');
    const { code, out, err } = await mindmesh(['doctor', '--data', folder, '--report', file]);
    expect(code).toBe(3);
    expect(err).toContain('"mindmesh serve" starts it.');
    expect(out).toContain('PROBLEM  MindMesh is not running.');
    expect(out).toContain(`Everything is kept in ${folder}.`);
    expect(out).toContain('llama.cpp v');
    expect(await readFile(file, 'utf8')).not.toContain(folder);
  });

  it('says why the report cannot be written', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'none', 'report.json');
    const { code, err } = await mindmesh(['doctor', '--data', folder, '--report', file]);
    expect(code).toBe(1);
    expect(err).toContain(`${file} cannot be written: `);
    expect(existsSync(file)).toBe(false);
  });
});

describe('the benchmark', () => {
  it('is refused during a game, whose name is not in the report', async () => {
    const machine = new PlayedMachine();
    const host = await createHost({
      sources: machine.sources,
      dataFolder: await temporaryFolder(),
      overrides: { apiPort: 0, mdns: false, listen: ['/ip4/127.0.0.1/tcp/0'], backend: 'cpu' },
    });
    onTestFinished(() => host.stop());
    await host.ready;
    machine.play('Hades');
    await eventuallyTrue('paused', () => host.snapshot().duty.state === 'paused', 30_000);
    const { findings, report } = await host.call('examine', { withBenchmark: true });
    expect(findings.find(({ code }) => code === 'duty')).toMatchObject({
      level: 'note',
      duty: { reasons: [{ reason: { names: ['Hades'] } }] },
    });
    expect(findings.find(({ code }) => code.startsWith('speed'))?.code).toBe('speed-refused');
    expect(host.snapshot().node?.shards.map(({ pid }) => pid)).toEqual([null]);
    expect(report).toContain('"program-running"');
    expect(report).not.toContain('Hades');
  });
});
