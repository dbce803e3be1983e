/** What the registry says of one setting. Everything that lists, checks, shows or applies settings follows from it. */
import type { z } from 'zod';

/** Settings that stand together, in the order in which they are listed. */
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
 * When a change holds. `live`: at once, and no running answer ends. `engine`: at once, after the engines were loaded
 * anew. `node`: at once, after the mesh node was started anew. `app`: from the next start of the host on.
 */
type Applies = 'live' | 'engine' | 'node' | 'app';

/** What a number counts. */
export type Unit =
  | 'minutes'
  | 'seconds'
  | 'percent'
  | 'celsius'
  | 'kilobytesPerSecond'
  | 'gigabytes'
  | 'tokens';

export type Setting<Schema extends z.ZodType = z.ZodType> = {
  /** What is stored and used. Bounds of numbers, texts and lists are its own. */
  readonly schema: Schema;
  /** Refuses what a person mistyped and `schema` would leave out; absent where the two do not differ. */
  readonly given?: z.ZodType<z.output<Schema>>;
  readonly default: z.output<Schema>;
  readonly group: SettingGroup;
  readonly applies: Applies;
  readonly unit?: Unit;
  /** Of a setting with two values that is shown as a switch: which value is which. */
  readonly switch?: { readonly on: z.output<Schema>; readonly off: z.output<Schema> };
  /** The number to begin with when a limit without one by default is switched on. */
  readonly whenOn?: number;
};

/** A setting with two values that is shown as a switch. */
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
