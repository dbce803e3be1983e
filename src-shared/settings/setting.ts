/**
 * One entry of the registry of settings. Everything that lists, checks, shows or applies settings follows from it.
 */
import type { z } from 'zod';

/** Groups of settings, in the order in which they are listed. */
export const settingGroups = [
  'when',
  'much',
  'traffic',
  'hosting',
  'asking',
  'mesh',
  'pools',
  'programs',
  'engine',
  'app',
] as const;
export type SettingGroup = (typeof settingGroups)[number];

/**
 * When a change takes effect. `live`: at once, and no answer under way ends. `engine`: at once, after the engines are
 * loaded again. `node`: at once, after the mesh node is restarted. `app`: at the next start of the host.
 */
type Applies = 'live' | 'engine' | 'node' | 'app';

/** The unit of a number. */
export type Unit =
  | 'minutes'
  | 'seconds'
  | 'percent'
  | 'celsius'
  | 'kilobytesPerSecond'
  | 'gigabytes'
  | 'tokens';

export type Setting<Schema extends z.ZodType = z.ZodType> = {
  /** The schema of the stored value, with the bounds of numbers, texts and lists. */
  readonly schema: Schema;
  /**
   * The schema of a value from a person, which refuses what `schema` would leave out; absent where the two are the
   * same.
   */
  readonly given?: z.ZodType<z.output<Schema>>;
  readonly default: z.output<Schema>;
  readonly group: SettingGroup;
  readonly applies: Applies;
  readonly unit?: Unit;
  /** For a setting with two values that shows as a switch: which value is on and which is off. */
  readonly switch?: { readonly on: z.output<Schema>; readonly off: z.output<Schema> };
  /** The first number when a limit that is off by default is switched on. */
  readonly whenOn?: number;
};

/** A setting with two values that shows as a switch. */
export type SwitchedSetting<Schema extends z.ZodType = z.ZodType> = Setting<Schema> &
  Required<Pick<Setting<Schema>, 'switch'>>;

/** Checks an entry's default and switch against its schema. */
export function setting<Schema extends z.ZodType>(
  entry: SwitchedSetting<Schema>,
): SwitchedSetting<Schema>;
export function setting<Schema extends z.ZodType>(entry: Setting<Schema>): Setting<Schema>;
export function setting<Schema extends z.ZodType>(entry: Setting<Schema>): Setting<Schema> {
  return entry;
}
