/** The function with which every part of the node writes to the host's log. */
import type { logLevels } from '../../../src-shared/api/node-control.ts';

export type Log = (
  level: (typeof logLevels)[number],
  message: string,
  details?: Record<string, unknown>,
) => void;
