import { describe, expect, it } from 'vitest';
import { toolOf } from './keep-awake.ts';

describe('the tool that keeps a computer awake', () => {
  it('is the system’s own, and lasts no longer than the app', () => {
    expect(toolOf('darwin', 123)).toEqual({ command: 'caffeinate', args: ['-i', '-w', '123'] });
    const linux = toolOf('linux', 123);
    expect(linux.command).toBe('systemd-inhibit');
    expect(linux.args.at(-1)).toBe('cat');
    const windows = toolOf('win32', 123);
    expect(windows.command).toBe('powershell.exe');
    const script = Buffer.from(windows.args.at(-1) ?? '', 'base64').toString('utf16le');
    expect(script).toContain('GetProcessById(123)');
    expect(script).toContain('SetThreadExecutionState(2147483649)');
  });
});
