/** The file by which Linux desktops start a program at login. Pure. */
import { systemListWords } from '../../src-shared/words/words.ts';

/**
 * An entry of the Desktop Application Autostart Specification, in the format of the Desktop Entry Specification.
 *
 * @param command the program and its arguments
 */
export function autostartEntry(command: readonly string[]): string {
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=MindMesh',
    `Comment=${systemListWords.autostart}`,
    `Exec=${command.map(quoted).join(' ')}`,
    'Icon=mindmesh',
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');
}

/**
 * One argument of the key `Exec`: in double quotes, with `"`, backtick, `$` and `\` escaped and `%` doubled; then
 * every backslash once more, since the value as a whole is a string with escapes of its own.
 */
function quoted(argument: string): string {
  const escaped = argument.replaceAll(/["`$\\]/g, String.raw`\$&`).replaceAll('%', '%%');
  return `"${escaped}"`.replaceAll('\\', '\\\\').replaceAll('\n', String.raw`\n`);
}
