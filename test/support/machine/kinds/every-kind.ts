/** The table of machines. */
import type { Kind } from './kind.ts';
import { linuxAmd } from './linux-amd.ts';
import { linuxNvidia } from './linux-nvidia.ts';
import { linuxOthers } from './linux-others.ts';
import { macs, otherSystems } from './others.ts';
import { windowsKinds } from './windows.ts';

/** By the system, under the heading that the page gives it. */
export const everyKind: Readonly<Record<string, readonly Kind[]>> = {
  Linux: [...linuxNvidia, ...linuxAmd, ...linuxOthers],
  Windows: windowsKinds,
  macOS: macs,
  'Other systems': otherSystems,
};
