/** Questions of this machine's user, answered as a stream. */
import { z } from 'zod';
import { chatEventSchema, chatRequestSchema } from '../chat.ts';

export const chatMethods = {
  /** The result follows the last event. A cancelled chat ends at once. */
  chat: {
    params: chatRequestSchema,
    event: chatEventSchema,
    result: z.null(),
    deadlineMs: null,
    passedOn: true,
  },
} as const;
