/**
 * Checks for newer versions and downloads them, as long as the owner wants that. It installs one only on the owner's
 * click, since an installation while the computer shuts down can end half done.
 */
import type { UpdateState } from '../../src-shared/desktop-api.ts';
import { nextUpdateState, type UpdateEvent } from './update-state.ts';
import { notUpdatableWords } from '../../src-shared/words/words.ts';

/** The part of electron-updater's `autoUpdater` that is used. */
export type Updater = {
  autoDownload: boolean;
  autoInstallOnAppQuit: boolean;
  checkForUpdates(): Promise<unknown>;
  quitAndInstall(): void;
  on(event: 'checking-for-update' | 'update-not-available', listener: () => void): unknown;
  on(
    event: 'update-available' | 'update-downloaded',
    listener: (info: { readonly version: string }) => void,
  ): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
};

export type UpdatesOptions = {
  /** null where this copy of the app cannot be updated: it runs from its sources, or was installed by other means. */
  readonly load: (() => Promise<Updater>) | null;
  readonly onState: (state: UpdateState) => void;
  readonly onFault: (error: unknown) => void;
  /** Runs the function repeatedly until the result is called. */
  readonly every: (ms: number, run: () => void) => () => void;
};

const intervalMs = 6 * 60 * 60 * 1000;

export class Updates {
  readonly #options: UpdatesOptions;
  #state: UpdateState = { state: 'off' };
  #updater: Promise<Updater> | undefined;
  #stopLooking: (() => void) | undefined;

  constructor(options: UpdatesOptions) {
    this.#options = options;
  }

  get state(): UpdateState {
    return this.#state;
  }

  /** Whether the owner wants to be told of newer versions. */
  setWanted(isWanted: boolean): void {
    const isOn = isWanted && this.#options.load !== null;
    if (isOn === (this.#stopLooking !== undefined)) {
      return;
    }
    this.#take({ type: 'wanted', isWanted: isOn });
    if (isOn) {
      this.#stopLooking = this.#options.every(intervalMs, () => void this.#check());
      void this.#check();
    } else {
      this.stop();
    }
  }

  stop(): void {
    this.#stopLooking?.();
    this.#stopLooking = undefined;
  }

  /**
   * Ends the app, installs the downloaded update, and starts the app again. The caller has ended everything else
   * before.
   */
  async install(): Promise<void> {
    const updater = await this.#updater;
    try {
      updater?.quitAndInstall();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #check(): Promise<void> {
    try {
      this.#updater ??= this.#load();
      await (await this.#updater).checkForUpdates();
    } catch (error) {
      // The updater emits an event of the same error, when it came from there.
      this.#fail(error);
    }
  }

  async #load(): Promise<Updater> {
    const { load } = this.#options;
    if (load === null) {
      throw new Error(notUpdatableWords);
    }
    const updater = await load();
    updater.autoDownload = true;
    updater.autoInstallOnAppQuit = false;
    updater.on('checking-for-update', () => this.#take({ type: 'checking' }));
    updater.on('update-not-available', () => this.#take({ type: 'none' }));
    updater.on('update-available', ({ version }) => this.#take({ type: 'found', version }));
    updater.on('update-downloaded', ({ version }) => this.#take({ type: 'downloaded', version }));
    updater.on('error', (error) => this.#fail(error));
    return updater;
  }

  #fail(error: unknown): void {
    this.#options.onFault(error);
    const reason = error instanceof Error ? error.message : 'unknown reason';
    this.#take({ type: 'failed', reason });
  }

  #take(event: UpdateEvent): void {
    const next = nextUpdateState(this.#state, event);
    if (next !== this.#state) {
      this.#state = next;
      this.#options.onState(next);
    }
  }
}
