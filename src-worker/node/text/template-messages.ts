/** The messages between the node and its template process over Node's IPC channel, and their limits. */
import { z } from 'zod';

export const templateLimits = {
  /** The longest template of a published model has about 30,000 characters. */
  templateCharacters: 262_144,
  renderedCharacters: 4 * 1024 * 1024,
  messageCharacters: 500,
  /** Longest time to render, in milliseconds; published templates take a few. */
  renderMs: 2000,
  /** Longest time to start Node and load the template language on a busy machine, in milliseconds. */
  startMs: 15_000,
  heapMb: 256,
} as const;

const templateInputSchema = z.object({
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
  add_generation_prompt: z.boolean(),
  bos_token: z.string(),
  eos_token: z.string(),
});

/** The variables of a chat template, named as in Hugging Face's `apply_chat_template`. */
export type TemplateInput = z.infer<typeof templateInputSchema>;

export const renderRequestSchema = z.object({
  id: z.int(),
  template: z.string(),
  inputs: z.array(templateInputSchema),
});
export type RenderRequest = z.infer<typeof renderRequestSchema>;

/**
 * Why a template was not rendered. template: it cannot be parsed; render: it uses features that this app's template
 * language does not have; refusal: it refused these messages; length: its text is too long.
 */
const renderFailureSchema = z.enum(['template', 'render', 'refusal', 'length']);
export type RenderFailure = z.infer<typeof renderFailureSchema>;

export const renderReplySchema = z.union([
  z.object({ id: z.int(), texts: z.array(z.string().max(templateLimits.renderedCharacters)) }),
  z.object({
    id: z.int(),
    failure: renderFailureSchema,
    message: z.string().max(templateLimits.messageCharacters),
  }),
]);
export type RenderReply = z.infer<typeof renderReplySchema>;
