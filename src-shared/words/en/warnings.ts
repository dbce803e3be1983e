/** Warnings in English, one or more sentences each. Pure. */
import { missingCase } from '../../errors.ts';
import { span } from '../../span.ts';
import type { Warning } from '../../warning.ts';
import { settingWords } from './settings.ts';

const labels: ReadonlyMap<string, string> = new Map(
  Object.entries(settingWords).map(([name, { label }]) => [name, label]),
);

export function warningWords(warning: Warning): string {
  switch (warning.code) {
    case 'stored-setting-invalid':
      return storedWords(warning);
    case 'database-replaced':
      return replacedWords(warning);
    case 'pause-not-stored':
      return 'Your pause holds, but could not be saved: it is forgotten when MindMesh restarts.';
    case 'api-port-taken':
      return `Port ${warning.port} is taken by another program, perhaps by MindMesh of another person on this computer; the API has port ${warning.instead} for now. Choose another port in the settings to have one that stays.`;
    case 'window-port-taken':
      return `Port ${warning.port} is taken by another program, perhaps by MindMesh of another person on this computer; the window has a free one until the next start.`;
    case 'clock-off':
      return clockWords(warning.aheadMs);
    case 'unreachable':
      return `${warning.addresses.join(', ')} cannot be reached: ${warning.reason}.`;
    case 'more-unreachable':
      return `${warning.count} more addresses of the settings cannot be reached.`;
    case 'told':
      return warning.message;
    default:
      return missingCase(warning);
  }
}

function storedWords({
  name,
  usual,
}: Extract<Warning, { code: 'stored-setting-invalid' }>): string {
  const label = labels.get(name) ?? name;
  return `The stored value of the setting “${label}” is not valid, so its default ${usual} is used.`;
}

function replacedWords({
  movedTo,
  settings,
}: Extract<Warning, { code: 'database-replaced' }>): string {
  const read =
    settings === 0
      ? 'All settings have'
      : `${settings} of your settings could still be read; all others have`;
  return [
    'The file with your settings and history was damaged, so MindMesh began a new one.',
    `${read} their defaults, the history is empty, a pause is over, and the desktop app asks for your consent again.`,
    `The damaged file is kept as ${movedTo}.`,
  ].join(' ');
}

function clockWords(aheadMs: number): string {
  const where = aheadMs > 0 ? 'ahead of' : 'behind';
  return (
    `Your clock is off by ${span(Math.abs(aheadMs))}: it is ${where} those of the peers. Until it is set right, only ` +
    'directly connected computers find this one, and pools may refuse it.'
  );
}
