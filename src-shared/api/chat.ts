/** Questions of the own user, answered as a stream. */
import { z } from 'zod';
import { chatEventSchema, chatRequestSchema } from '../chat.ts';

export const chatMethods = {
  /** Answers after the last event; given up, it ends at once. */
  chat: {
    params: chatRequestSchema,
    event: chatEventSchema,
    result: z.null(),
    deadlineMs: null,
    passedOn: true,
  },
} as const;
