/**
 * Reads what the app draws into the tray. There is no desktop to show it, so Electron's own classes are watched from
 * inside, and clicks go to the menu's items as the desktop would send them.
 */
import type { ElectronApplication } from '@playwright/test';

type DrawnItem = {
  readonly label: string;
  readonly type: string;
  readonly isEnabled: boolean;
  readonly isChecked: boolean;
};

export type DrawnTray = {
  /** File of the picture. */
  readonly picture: string;
  readonly tooltip: string;
  /** The items of the menu, followed by those of its submenus. */
  readonly items: readonly DrawnItem[];
};

export async function watchTray(app: ElectronApplication): Promise<void> {
  await app.evaluate(({ nativeTheme, Tray }) => {
    const drawn = { picture: '', tooltip: '', items: [] as DrawnItem[] };
    let menu: Electron.Menu | null = null;
    const all = (items: readonly Electron.MenuItem[]): Electron.MenuItem[] =>
      items.flatMap((item) => [item, ...all(item.submenu?.items ?? [])]);
    const { prototype } = Tray;
    const original = Object.create(
      prototype,
      Object.getOwnPropertyDescriptors(prototype),
    ) as Electron.Tray;
    prototype.setContextMenu = function draw(newMenu) {
      menu = newMenu;
      drawn.items = all(newMenu?.items ?? []).map(({ label, type, enabled, checked }) => ({
        label,
        type,
        isEnabled: enabled,
        isChecked: checked,
      }));
      original.setContextMenu.call(this, newMenu);
    };
    prototype.setImage = function draw(image) {
      drawn.picture = typeof image === 'string' ? image : '';
      original.setImage.call(this, image);
    };
    prototype.setToolTip = function draw(tooltip) {
      drawn.tooltip = tooltip;
      original.setToolTip.call(this, tooltip);
    };
    Object.assign(globalThis, {
      drawnTray: drawn,
      clickTray: (label: string) =>
        all(menu?.items ?? [])
          .find((item) => item.label === label)
          ?.click(),
    });
    // Makes the app draw again what it has drawn before.
    nativeTheme.emit('updated');
  });
}
