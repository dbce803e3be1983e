import { expect, it } from 'vitest';
import { autostartEntry } from './autostart-entry.ts';

function execLine(...command: readonly string[]): string | undefined {
  return autostartEntry(command)
    .split('\n')
    .find((line) => line.startsWith('Exec='));
}

it('starts the program hidden', () => {
  expect(autostartEntry(['/opt/MindMesh/mindmesh', '--hidden'])).toBe(`[Desktop Entry]
Type=Application
Name=MindMesh
Comment=Works for the mesh while this computer is free
Exec="/opt/MindMesh/mindmesh" "--hidden"
Icon=mindmesh
Terminal=false
X-GNOME-Autostart-enabled=true
`);
});

it.each([
  ['/opt/my apps/mindmesh', '"/opt/my apps/mindmesh"'],
  ['/opt/100%/a', '"/opt/100%%/a"'],
  ['/opt/$HOME/a', String.raw`"/opt/\\$HOME/a"`],
  ['/opt/"a"', String.raw`"/opt/\\"a\\""`],
  [String.raw`/opt/a\b`, String.raw`"/opt/a\\\\b"`],
  ['/opt/`a`', '"/opt/\\\\`a\\\\`"'],
  ['/opt/a\nExec=b', String.raw`"/opt/a\nExec=b"`],
])('writes the path %s so that it is read as it was', (path, written) => {
  expect(execLine(path)).toBe(`Exec=${written}`);
});
