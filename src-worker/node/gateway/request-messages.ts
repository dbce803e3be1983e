/** Reads the messages of a chat completion: their roles, and their texts from all kinds of content parts. */
import { z } from 'zod';
import { chatLimits, type ChatMessage } from '../../../src-shared/chat.ts';
import { inWords, refuseUnsupported } from './field-words.ts';
import { RequestError } from './openai-error.ts';
import { refusedMessageFields } from './request-fields.ts';

const roles = ['system', 'developer', 'user', 'assistant', 'tool'] as const;

const partSchema = z.looseObject({ type: z.string('must be a text') }, 'must be an object');
type Part = z.infer<typeof partSchema>;

const messageSchema = z.looseObject(
  {
    role: z.enum(roles, `must be one of ${roles.join(', ')}`),
    content: z
      .union([z.string(), z.array(partSchema)], 'must be a text or a list of text parts')
      .nullish(),
    refusal: z.string('must be a text').nullish(),
  },
  'must be an object',
);

export const messagesSchema = z
  .array(messageSchema, 'must be a list of messages')
  .min(1, 'must be a list of at least one message')
  .max(chatLimits.messages, `must be a list of at most ${chatLimits.messages} messages`);

type Message = z.infer<typeof messageSchema>;

/**
 * Reads the roles and texts of messages. Pictures and other media are refused in the last question. In earlier messages
 * a note takes their place, so that a conversation can continue after one was sent.
 * @throws RequestError naming the message, or the part of it, that cannot be read
 */
export function readMessages(messages: readonly Message[]): ChatMessage[] {
  const question = messages.findLastIndex(({ role }) => role === 'user');
  return messages.map((message, index) => {
    const path = `messages[${index}]`;
    refuseUnsupported(message, refusedMessageFields, `${path}.`);
    const content = textOf(message, path, index === question);
    if (content.length > chatLimits.messageCharacters) {
      throw new RequestError(
        `"${path}.content" has ${content.length} characters; at most ${chatLimits.messageCharacters} are allowed.`,
        `${path}.content`,
      );
    }
    const { role } = message;
    return { role: role === 'developer' ? 'system' : role, content };
  });
}

function textOf({ role, content, refusal }: Message, path: string, isQuestion: boolean): string {
  if (content === undefined || content === null) {
    if (role !== 'assistant') {
      throw new RequestError(
        `"${path}.content" is missing. Every message but the assistant's needs a text.`,
        `${path}.content`,
      );
    }
    return refusal ?? '';
  }
  return typeof content === 'string'
    ? content
    : content
        .map((part, index) => partText(part, `${path}.content[${index}]`, isQuestion))
        .join('');
}

/** The key of a part's text by the part's type: OpenAI's two APIs use different names. */
const textKeys: Partial<Record<string, string>> = {
  text: 'text',
  input_text: 'text',
  output_text: 'text',
  refusal: 'refusal',
};

const partNames: Partial<Record<string, string>> = {
  image_url: 'a picture',
  input_image: 'a picture',
  image: 'a picture',
  input_audio: 'a sound',
  audio: 'a sound',
  audio_url: 'a sound',
  video_url: 'a video',
  file: 'a file',
  input_file: 'a file',
  document: 'a file',
};

function partText(part: Part, path: string, isQuestion: boolean): string {
  const key = textKeys[part.type];
  if (key !== undefined) {
    const text = part[key];
    if (typeof text !== 'string') {
      throw new RequestError(
        `"${path}.${key}" must be a text; it is ${inWords(text)}.`,
        `${path}.${key}`,
      );
    }
    return text;
  }
  const name = partNames[part.type] ?? `a part of type ${inWords(part.type)}`;
  if (isQuestion) {
    throw new RequestError(
      `"${path}" is ${name}, but only text can be read. Send the question without it.`,
      path,
    );
  }
  return `[Here was ${name}. It was left out, because only text can be read.]`;
}
