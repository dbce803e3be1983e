/** Every migration, in order. */
import { settingsMigration } from './0001-settings.ts';
import { usageMigration } from './0002-usage.ts';
import { pauseMigration } from './0003-pause.ts';
import { acknowledgementsMigration } from './0004-acknowledgements.ts';
import { usageDaysMigration } from './0005-usage-days.ts';
import type { Migration } from './migration.ts';

export const migrations: readonly Migration[] = [
  settingsMigration,
  usageMigration,
  pauseMigration,
  acknowledgementsMigration,
  usageDaysMigration,
];
