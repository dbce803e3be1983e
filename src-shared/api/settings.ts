/** The owner's settings, read and changed. */
import { z } from 'zod';
import { changedSettingsSchema, settingsSchema } from '../settings/settings.ts';

export const settingsMethods = {
  settings: { params: z.object({}), result: settingsSchema, deadlineMs: null },
  /** Changes the given settings alone. The result has all of them. */
  changeSettings: {
    params: changedSettingsSchema,
    result: settingsSchema,
    deadlineMs: null,
    invalidCode: 'setting-invalid',
  },
} as const;
