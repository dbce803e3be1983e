/** What the node and its template process say to each other over Node's IPC channel, and their limits. */
import { z } from 'zod';

export const templateLimits = {
  /** The longest template of a published model has about 30,000 characters. */
  templateCharacters: 262_144,
  renderedCharacters: 4 * 1024 * 1024,
  messageCharacters: 500,
  /** Published templates take milliseconds. */
  renderMs: 2000,
  /** For starting Node and loading the template language, on a busy machine. */
  startMs: 15_000,
  heapMb: 256,
} as const;

const templateInputSchema = z.object({
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
  add_generation_prompt: z.boolean(),
  bos_token: z.string(),
  eos_token: z.string(),
});

/** The variables that a chat template sees, named as Hugging Face's `apply_chat_template` names them. */
export type TemplateInput = z.infer<typeof templateInputSchema>;

export const renderRequestSchema = z.object({
  id: z.int(),
  template: z.string(),
  inputs: z.array(templateInputSchema),
});
export type RenderRequest = z.infer<typeof renderRequestSchema>;

/**
 * template: it cannot be read; render: it does what this app's template language cannot; refusal: it refused these
 * messages in its own words; length: its text is too long.
 */
const renderFailureSchema = z.enum(['template', 'render', 'refusal', 'length']);
export type RenderFailure = z.infer<typeof renderFailureSchema>;

export const renderAnswerSchema = z.union([
  z.object({ id: z.int(), texts: z.array(z.string().max(templateLimits.renderedCharacters)) }),
  z.object({
    id: z.int(),
    failure: renderFailureSchema,
    message: z.string().max(templateLimits.messageCharacters),
  }),
]);
export type RenderAnswer = z.infer<typeof renderAnswerSchema>;
