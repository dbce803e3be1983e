/** The pages of the window, in the order in which they are listed. */
export const views = [
  'chat',
  'status',
  'network',
  'pools',
  'models',
  'machine',
  'doctor',
  'settings',
] as const;
export type View = (typeof views)[number];
