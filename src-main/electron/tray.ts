/** Draws the tray from a snapshot, and only what has changed. */
import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import { Menu, type MenuItemConstructorOptions, nativeTheme, screen, Tray } from 'electron';
import { missingCase } from '../../src-shared/errors.ts';
import { type TrayAction, type TrayItem, trayMenu, trayTooltip } from './tray-menu.ts';
import type { TraySnapshot } from './tray-snapshot.ts';
import { isPanelDark, trayPicture, trayState } from './tray-state.ts';

export type TrayOptions = {
  /** Folder of the pictures. */
  readonly pictures: string;
  readonly act: (action: TrayAction) => void;
};

export class TrayIcon {
  readonly #options: TrayOptions;
  readonly #tray: Tray;
  #picture: string;
  #tooltip: string | undefined;
  #items: readonly TrayItem[] | undefined;
  #snapshot: TraySnapshot;
  readonly #drawAnew = (): void => {
    this.#items = undefined;
    this.show(this.#snapshot);
  };

  constructor(options: TrayOptions, snapshot: TraySnapshot) {
    this.#options = options;
    this.#snapshot = snapshot;
    this.#picture = this.#pictureOf(snapshot);
    this.#tray = new Tray(this.#picture);
    // On macOS a click opens the menu by itself.
    if (process.platform !== 'darwin') {
      this.#tray.on('click', () => options.act({ type: 'open', view: 'status' }));
    }
    nativeTheme.on('updated', this.#drawAnew);
    this.show(snapshot);
  }

  show(snapshot: TraySnapshot): void {
    this.#snapshot = snapshot;
    const picture = this.#pictureOf(snapshot);
    if (picture !== this.#picture) {
      this.#picture = picture;
      this.#tray.setImage(picture);
    }
    const tooltip = trayTooltip(snapshot);
    if (tooltip !== this.#tooltip) {
      this.#tooltip = tooltip;
      this.#tray.setToolTip(tooltip);
    }
    const items = trayMenu(snapshot);
    if (!isDeepStrictEqual(items, this.#items)) {
      this.#items = items;
      this.#tray.setContextMenu(Menu.buildFromTemplate(items.map((item) => this.#template(item))));
    }
  }

  destroy(): void {
    nativeTheme.off('updated', this.#drawAnew);
    this.#tray.destroy();
  }

  #pictureOf(snapshot: TraySnapshot): string {
    const { platform } = process;
    const name = trayPicture(trayState(snapshot), {
      platform,
      isDark: isPanelDark(platform, process.env, nativeTheme),
      scaleFactor: screen.getPrimaryDisplay().scaleFactor,
    });
    return join(this.#options.pictures, name);
  }

  #template(item: TrayItem): MenuItemConstructorOptions {
    switch (item.kind) {
      case 'text':
        return { label: item.label, enabled: false };
      case 'separator':
        return { type: 'separator' };
      case 'submenu':
        return {
          label: item.label,
          enabled: item.isEnabled,
          submenu: item.items.map((inner) => this.#template(inner)),
        };
      case 'button':
      case 'checkbox': {
        const { action, isEnabled, label } = item;
        const box =
          item.kind === 'checkbox' ? ({ type: 'checkbox', checked: item.isChecked } as const) : {};
        return { ...box, label, enabled: isEnabled, click: () => this.#act(action) };
      }
      default:
        return missingCase(item);
    }
  }

  #act(action: TrayAction): void {
    // The click has changed the box in the menu, which has to show the machine's state instead.
    this.#items = undefined;
    this.#options.act(action);
  }
}
