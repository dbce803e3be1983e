/** The pages of the window, in the order in which they are listed. */
export const views = [
  'chat',
  'status',
  'network',
  'pools',
  'models',
  'machine',
  'settings',
] as const;
export type View = (typeof views)[number];
