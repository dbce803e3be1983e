import { expect, it } from 'vitest';
import { socketFolder } from './socket-folder.ts';

it('is the given folder for temporary files, unless a path of a socket in it would be too long', () => {
  expect(socketFolder('/home/me/tmp')).toBe('/home/me/tmp');
  expect(socketFolder(`/${'l'.repeat(69)}`)).toHaveLength(70);
  expect(socketFolder(`/${'l'.repeat(70)}`)).toBe('/tmp');
  expect(socketFolder(`/${'ä'.repeat(40)}`)).toBe('/tmp');
});
