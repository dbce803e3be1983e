/** Chooses one of a file's chat templates. */
import { type MetadataValue, stringOf, stringValue } from './values.ts';

/** The key of the plain template; keys of named ones continue with a full stop and the name. */
export const chatTemplateKey = 'tokenizer.chat_template';

/**
 * The plain template; where that is missing or blank, the one named "default", else the first by name.
 * Undefined when all templates are blank or there is none.
 */
export function chatTemplateOf(metadata: ReadonlyMap<string, MetadataValue>): string | undefined {
  const named = [...metadata.keys()]
    .filter((key) => key.startsWith(`${chatTemplateKey}.`))
    .toSorted((a, b) => (a < b ? -1 : 1));
  return [chatTemplateKey, `${chatTemplateKey}.default`, ...named]
    .map((key) => stringOf(metadata.get(key)))
    .find((template) => template !== undefined && template.trim() !== '');
}

/** The metadata with the chosen template under the plain key, the only one that engines read. */
export function withPlainChatTemplate(
  metadata: ReadonlyMap<string, MetadataValue>,
): ReadonlyMap<string, MetadataValue> {
  const template = chatTemplateOf(metadata);
  return template === undefined || template === stringOf(metadata.get(chatTemplateKey))
    ? metadata
    : new Map([...metadata, [chatTemplateKey, stringValue(template)]]);
}
