import { expect, it } from 'vitest';
import { windowFile } from './window-file.ts';

it.each([
  ['app://mindmesh/', 'index.html', 'text/html; charset=utf-8'],
  ['app://mindmesh/#/chat', 'index.html', 'text/html; charset=utf-8'],
  ['app://mindmesh/index.html?x=/../y', 'index.html', 'text/html; charset=utf-8'],
  [
    'app://mindmesh/assets/index-B_x-9.js',
    'assets/index-B_x-9.js',
    'text/javascript; charset=utf-8',
  ],
  ['app://mindmesh/assets/a.b.css', 'assets/a.b.css', 'text/css; charset=utf-8'],
])('serves %s as %s', (address, path, type) => {
  expect(windowFile(address)).toEqual({ path, type });
});

it.each([
  '',
  'app://mindmesh',
  'app://elsewhere/index.html',
  'file:///index.html',
  'app://mindmesh/..',
  'app://mindmesh/../package.html',
  'app://mindmesh/assets/../../secret.js',
  'app://mindmesh/a..js',
  'app://mindmesh/%2e%2e/secret.js',
  'app://mindmesh/..%2fsecret.js',
  'app://mindmesh/..\\secret.js',
  'app://mindmesh//etc/a.js',
  'app://mindmesh/./a.js',
  'app://mindmesh/.hidden.js',
  'app://mindmesh/assets/.js',
  'app://mindmesh/C:/a.js',
  'app://mindmesh/a.js%00.html',
  'app://mindmesh/a.js/',
  'app://mindmesh/a.js.map',
  'app://mindmesh/index',
  'app://mindmesh/data.json',
  'app://mindmesh/constructor.constructor',
])('has nothing at "%s"', (address) => {
  expect(windowFile(address)).toBeUndefined();
});
