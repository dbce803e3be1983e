/** Every migration, in order. */
import { settingsMigration } from './0001-settings.ts';
import { usageMigration } from './0002-usage.ts';
import type { Migration } from './migration.ts';

export const migrations: readonly Migration[] = [settingsMigration, usageMigration];
