import { describe, expect, it } from 'vitest';
import { cgroupFolders, coresAllowed, parseQuota, usableCores } from './usable-cores.ts';

function allowing(list: string): string {
  return `Name:\tnode\nCpus_allowed:\tff\nCpus_allowed_list:\t${list}\nMems_allowed:\t1\n`;
}

describe('the cores an engine may keep busy', () => {
  it('are the physical ones, not the threads that they run', () => {
    expect(usableCores({ physicalCores: 6, parallelism: 12, quotas: [] })).toBe(6);
  });

  it('are no more than affinity and every quota allow', () => {
    expect(usableCores({ physicalCores: 6, parallelism: 2, quotas: [] })).toBe(2);
    expect(usableCores({ physicalCores: 6, parallelism: 12, quotas: [8, 3] })).toBe(3);
    expect(usableCores({ physicalCores: 6, parallelism: 12, quotas: [2.9] })).toBe(2);
  });

  it('are one at least, and as many as run at the same time where nothing else is known', () => {
    expect(usableCores({ physicalCores: 4, parallelism: 4, quotas: [0.25] })).toBe(1);
    expect(usableCores({ physicalCores: 0, parallelism: 4, quotas: [] })).toBe(1);
    expect(usableCores({ physicalCores: undefined, parallelism: 4, quotas: [] })).toBe(4);
  });
});

describe('physical cores on Linux', () => {
  /** Two sockets of two cores with two threads each, numbered as Linux does: second threads come last. */
  const twoSockets = Array.from({ length: 8 }, (_, processor) =>
    [
      `processor\t: ${processor}`,
      'model name\t: A processor @ 2.00GHz',
      `physical id\t: ${Math.floor(processor / 2) % 2}`,
      `core id\t\t: ${processor % 2}`,
      'power management:',
    ].join('\n'),
  ).join('\n\n');

  it('are counted once for their two threads, and apart on each socket', () => {
    expect(coresAllowed(twoSockets, allowing('0-7'))).toBe(4);
    expect(coresAllowed(twoSockets, '')).toBe(4);
  });

  it('count when we may run on one of their threads', () => {
    expect(coresAllowed(twoSockets, allowing('0-1'))).toBe(2);
    expect(coresAllowed(twoSockets, allowing('0,4'))).toBe(1);
    expect(coresAllowed(twoSockets, allowing('1,4-6'))).toBe(3);
  });

  it('are the processors themselves where those name no core', () => {
    const arm = 'processor\t: 0\nBogoMIPS\t: 50.00\n\nprocessor\t: 1\n\nHardware\t: BCM2835\n';
    expect(coresAllowed(arm, allowing('0-3'))).toBe(2);
  });

  it('are unknown when the files say something else', () => {
    expect(coresAllowed('', '')).toBeUndefined();
    expect(coresAllowed('processor: version = FF', allowing('0'))).toBeUndefined();
    expect(coresAllowed(twoSockets, allowing('64-127'))).toBeUndefined();
  });
});

describe('quotas of control groups', () => {
  it('are searched for in the group of the process and all around it', () => {
    const processCgroups = '1:name=systemd:/user.slice\n0::/user.slice/app.service\n';
    expect(cgroupFolders(processCgroups)).toEqual(['', 'user.slice', 'user.slice/app.service']);
  });

  it('are searched for at the top alone in a container, or without version 2', () => {
    expect(cgroupFolders('0::/\n')).toEqual(['']);
    expect(cgroupFolders('4:cpu,cpuacct:/docker\n')).toEqual(['']);
  });

  it('never lead out of the mounted folder', () => {
    expect(cgroupFolders('0::/../../etc\n')).toEqual(['', 'etc']);
  });

  it('are CPUs, or none', () => {
    expect(parseQuota('150000 100000\n')).toBe(1.5);
    expect(parseQuota('max 100000\n')).toBeUndefined();
    for (const unreadable of ['', '0 0', '100000', '-1 100000', 'a b']) {
      expect(parseQuota(unreadable)).toBeUndefined();
    }
  });
});
