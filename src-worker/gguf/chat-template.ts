/** Which of a file's chat templates is used. */
import { type MetadataValue, stringOf, stringValue } from './values.ts';

/** Keys of all templates begin so; named ones go on with a full stop and the name. */
export const chatTemplateKey = 'tokenizer.chat_template';

/**
 * The plain template; where there is none, or one without text, the one named "default", or else the first by name.
 * Undefined when the file has none with any text.
 */
export function chatTemplateOf(metadata: ReadonlyMap<string, MetadataValue>): string | undefined {
  const named = [...metadata.keys()]
    .filter((key) => key.startsWith(`${chatTemplateKey}.`))
    .toSorted((a, b) => (a < b ? -1 : 1));
  return [chatTemplateKey, `${chatTemplateKey}.default`, ...named]
    .map((key) => stringOf(metadata.get(key)))
    .find((template) => template !== undefined && template.trim() !== '');
}

/** The metadata with that template under the plain key, which is the only one that engines read. */
export function withPlainChatTemplate(
  metadata: ReadonlyMap<string, MetadataValue>,
): ReadonlyMap<string, MetadataValue> {
  const template = chatTemplateOf(metadata);
  return template === undefined || template === stringOf(metadata.get(chatTemplateKey))
    ? metadata
    : new Map([...metadata, [chatTemplateKey, stringValue(template)]]);
}
