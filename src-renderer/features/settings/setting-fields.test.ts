import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { settingGroups } from '../../../src-shared/settings/setting.ts';
import {
  defaultSettings,
  type SettingName,
  settingNames,
} from '../../../src-shared/settings/settings.ts';
import { text } from '../../../src-shared/words/window.ts';
import { SettingsProvider } from './settings-context.tsx';
import { SettingsGroup } from './settings-group.tsx';
import { SingleCards } from './single-cards.tsx';

/** Shown beside each model. */
const shownElsewhere: ReadonlySet<SettingName> = new Set(['shards']);

it('every setting has its place in the window, with its label and what it does', () => {
  const gpus = { isKnown: true as const, value: [{ id: 'GPU-1', name: 'Card' } as never] };
  const groups = settingGroups.map((group) => createElement(SettingsGroup, { key: group, group }));
  const html = renderToStaticMarkup(
    createElement(
      SettingsProvider,
      { value: { settings: defaultSettings, change: async () => null } },
      ...groups,
      createElement(SingleCards, { gpus }),
    ),
  );
  for (const name of settingNames.filter((each) => !shownElsewhere.has(each))) {
    expect(html).toContain(text.settings.fields[name].label);
    if (name !== 'cards') {
      expect(html).toContain(text.settings.fields[name].help);
    }
  }
});
