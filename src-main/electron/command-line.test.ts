import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { type AppCommand, parseCommandLine } from './command-line.ts';

const nothing: AppCommand = {
  dataFolder: undefined,
  isHidden: false,
  hasTray: undefined,
  link: undefined,
  modelFile: undefined,
};

it.each<[readonly string[], Partial<AppCommand>]>([
  [[], {}],
  [['.', '--no-sandbox', '--type=renderer'], {}],
  [['--hidden'], { isHidden: true }],
  [['--hidden=yes', 'hidden'], {}],
  [['--data', '/a b'], { dataFolder: '/a b' }],
  [['--data=/a=b'], { dataFolder: '/a=b' }],
  [['--data', '--hidden'], { isHidden: true }],
  [['--data='], {}],
  [['--data'], {}],
  [['--database=/a'], {}],
  [['--tray'], { hasTray: true }],
  [['--no-tray', '--tray'], { hasTray: false }],
  [['mindmesh://chat'], { link: { kind: 'chat' } }],
  [
    ['--hidden', 'mindmesh://join/abcd', 'mindmesh://chat'],
    { isHidden: true, link: { kind: 'join', invite: 'abcd' } },
  ],
  [['model.gguf'], { modelFile: resolve('model.gguf') }],
  [[pathToFileURL('/a b/Model.GGUF').href], { modelFile: resolve('/a b/Model.GGUF') }],
  [['file://elsewhere.example/%00/a.gguf', '--a=b.gguf', 'model.txt'], {}],
  [['mindmesh://evil/', 'https://chat'], {}],
])('reads %j', (args, expected) => {
  expect(parseCommandLine(args)).toEqual({ ...nothing, ...expected });
});
