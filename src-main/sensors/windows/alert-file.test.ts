import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/machine/temporary-folder.ts';
import { AlertFile } from './alert-file.ts';
import { windowsScript } from './script.ts';

it('is there while it is wanted, and a folder that cannot be written does no harm', async () => {
  const alert = new AlertFile(join(await temporaryFolder(), 'alert'));
  alert.set(false);
  expect(existsSync(alert.path)).toBe(false);
  alert.set(true);
  alert.set(true);
  expect(existsSync(alert.path)).toBe(true);
  alert.set(false);
  expect(existsSync(alert.path)).toBe(false);
  new AlertFile('/nonexistent/folder/alert').set(true);
});

it('is looked for by the script, whatever the folder is called', () => {
  const script = windowsScript({
    everyMs: 2000,
    startsEveryMs: 500,
    alertFile: "C:\\Users\\Ann O'Hara\\Temp\\alert",
  });
  expect(script).toContain("[IO.File]::Exists('C:\\Users\\Ann O''Hara\\Temp\\alert')");
  expect(script).toContain('Thread.Sleep(500);');
});
