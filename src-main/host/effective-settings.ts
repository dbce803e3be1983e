/** The settings of one run: those for this run alone, and the stored ones. */
import { isDeepStrictEqual } from 'node:util';
import type { HostedShard } from '../../src-shared/api/node-config.ts';
import type { ChangedSettings, SettingName, Settings } from '../../src-shared/settings/settings.ts';
import type { SettingsStore } from '../store/settings.ts';

export class EffectiveSettings {
  readonly #store: SettingsStore;
  #overrides: ChangedSettings;

  /** `overrides` replace the stored settings until those are changed. */
  constructor(store: SettingsStore, overrides: ChangedSettings = {}) {
    this.#store = store;
    this.#overrides = overrides;
  }

  get overrides(): ChangedSettings {
    return this.#overrides;
  }

  get current(): Settings {
    const overrides = Object.entries(this.#overrides).filter(([, value]) => value !== undefined);
    return { ...this.#store.settings, ...Object.fromEntries(overrides) };
  }

  /**
   * Stores changed settings.
   *
   * @returns a function that undoes the change
   * @throws AppError when they cannot be written; nothing is changed then
   */
  change(changed: ChangedSettings): () => void {
    const before = this.#store.settings;
    const overrides = this.#overrides;
    this.#store.change(changed);
    // A setting that was just changed replaces an override from the command line.
    this.#overrides = Object.fromEntries(
      Object.entries(overrides).filter(([name]) => !Object.hasOwn(changed, name)),
    );
    return () => {
      const names = Object.keys(changed) as SettingName[];
      this.#store.change(Object.fromEntries(names.map((name) => [name, before[name]])));
      this.#overrides = overrides;
    };
  }

  /**
   * Rewrites hosted shards, stored ones and those of this run, without changing their meaning.
   *
   * @throws AppError when they cannot be written
   */
  rewriteShards(rewrite: (shards: readonly HostedShard[]) => HostedShard[]): void {
    const ofThisRun = this.#overrides.shards ?? null;
    if (ofThisRun !== null) {
      this.#overrides = { ...this.#overrides, shards: rewrite(ofThisRun) };
    }
    const stored = this.#store.settings.shards;
    const rewritten = stored === null ? null : rewrite(stored);
    if (!isDeepStrictEqual(rewritten, stored)) {
      this.#store.change({ shards: rewritten });
    }
  }
}
