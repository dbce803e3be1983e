import { expect, it } from 'vitest';
import { readDriverVersion } from './driver-version.ts';

it.each([
  // nvidia-smi on Linux and Windows, Win32_VideoController, /sys/module/amdgpu/version of AMD's own packages
  ['550.54.14', '550.54.14'],
  ['535.183.01\n', '535.183.01'],
  ['31.0.101.4502', '31.0.101.4502'],
  ['6.8.5-2009582.22.04', '6.8.5-2009582.22.04'],
  ['[N/A]', null],
  ['', null],
  ['Not Supported', null],
  ['1', null],
  ['1.2; rm -rf', null],
])('the version of a driver in %j is %s', (text, version) => {
  expect(readDriverVersion(text)).toBe(version);
});
