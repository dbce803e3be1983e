import { expect, it } from 'vitest';
import { type DrmClient, loadBetween, parseDrmClient } from './drm-usage.ts';

function client(text: string): DrmClient {
  const found = parseDrmClient(text);
  if (found === undefined) {
    throw new Error('no client');
  }
  return found;
}

const amdgpu = (gfx: number, id = 12): string => `pos:	0
flags:	02100002
mnt_id:	26
drm-driver:	amdgpu
drm-client-id:	${id}
drm-pdev:	0000:0b:00.0
pasid:	32773
drm-memory-vram:	204800 KiB
drm-memory-gtt: 	4096 KiB
drm-engine-gfx:	${gfx} ns
drm-engine-compute:	100 ns
`;

const xe = (busy: number, total: number): string => `drm-driver:	xe
drm-client-id:	3
drm-pdev:	0000:03:00.0
drm-total-vram0:	23992 KiB
drm-resident-vram0:	16 MiB
drm-cycles-rcs:	${busy}
drm-total-cycles-rcs:	${total}
drm-cycles-ccs:	0
drm-total-cycles-ccs:	${total}
drm-engine-capacity-ccs:	4
`;

it('reads what amdgpu and xe tell of a process', () => {
  expect(client(amdgpu(5000))).toMatchObject({
    pciAddress: '0000:0b:00.0',
    clientId: '12',
    videoMemoryBytes: 200 * 1024 ** 2,
  });
  expect(client(xe(10, 100)).videoMemoryBytes).toBe(16 * 1024 ** 2);
});

it.each([
  '',
  'pos:\t0\nflags:\t02\n',
  'drm-driver:\tamdgpu\n',
  'drm-pdev:\tnonsense\ndrm-client-id:\t1\n',
])('finds no card in %j', (text) => {
  expect(parseDrmClient(text)).toBeUndefined();
});

it('works the load out from nanoseconds and the clock', () => {
  const [before, after] = [client(amdgpu(1e9)), client(amdgpu(1.5e9))];
  expect(loadBetween([before], [after], 2000)).toBeCloseTo(0.25);
});

it('works the load out from cycles, whatever the clock says', () => {
  const [before, after] = [client(xe(1000, 10_000)), client(xe(3000, 20_000))];
  expect(loadBetween([before], [after], 1)).toBeCloseTo(0.2);
});

it('adds clients up, counts new ones from the next look, and stays within the whole', () => {
  const before = [client(amdgpu(0, 1)), client(amdgpu(0, 2))];
  const after = [client(amdgpu(0.8e9, 1)), client(amdgpu(0.1e9, 2)), client(amdgpu(9e9, 3))];
  expect(loadBetween(before, after, 1000)).toBeCloseTo(0.9);
  expect(loadBetween(before, [client(amdgpu(5e9, 1))], 1000)).toBe(1);
});

it('takes counters that went back for no load', () => {
  expect(loadBetween([client(amdgpu(5e9))], [client(amdgpu(1e9))], 1000)).toBe(0);
  expect(loadBetween([], [], 1000)).toBe(0);
});
