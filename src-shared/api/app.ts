/** The app as a whole: its window, its key and its end. */
import { z } from 'zod';

export const appMethods = {
  /** A new one-time address for a browser window. */
  windowAddress: { params: z.object({}), result: z.object({ url: z.string() }), deadlineMs: null },
  /** The key of the API on this machine; everyone who knows the key can use the API. */
  apiKey: { params: z.object({}), result: z.object({ key: z.string() }), deadlineMs: null },
  stop: { params: z.object({}), result: z.null(), deadlineMs: null },
} as const;
