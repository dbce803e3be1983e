/** What becomes of a list in the settings when something is added to it. Pure. */
import type { ListName } from '../../../src-shared/settings/kinds.ts';
import { type Settings, settingsSchema } from '../../../src-shared/settings/settings.ts';
import { text } from '../../../src-shared/words/window.ts';

const words = text.settings.lists;

/**
 * Host, port and peer id, perhaps over a relay, as the node reads them. Checked here because the node starts anew
 * with each list that it gets.
 */
const address =
  /^\/(?:ip4|ip6|dns|dns4|dns6)\/[^/\s]+\/tcp\/\d{1,5}(?:\/p2p\/[1-9A-Za-z]+\/p2p-circuit)?\/p2p\/[1-9A-Za-z]+$/;

/** Where to listen. */
const ownAddress = /^\/(?:ip4|ip6)\/[^/\s]+\/tcp\/\d{1,5}$/;

const patterns: Partial<Record<ListName, RegExp>> = {
  bootstrap: address,
  peers: address,
  listen: ownAddress,
};

/**
 * The list with an entry more, or what is wrong with that. Nothing typed leaves the very same list.
 */
export function withEntry<Name extends ListName>(
  name: Name,
  entries: Settings[Name],
  typed: string,
): { readonly entries: Settings[Name] } | { readonly problem: string } {
  const trimmed = typed.trim();
  const entry = name === 'askRegions' ? trimmed.toUpperCase() : trimmed;
  if (entry === '') {
    return { entries };
  }
  // Upper and lower case are the same to programs that search for it.
  if (entries.some((each) => each.toLowerCase() === entry.toLowerCase())) {
    return { problem: text.settings.listTwice };
  }
  const schema = settingsSchema.shape[name];
  const isOfItsForm = patterns[name]?.test(entry) ?? true;
  if (!isOfItsForm || !schema.element.safeParse(entry).success) {
    return { problem: words[name].notValid };
  }
  const longer = [...entries, entry];
  return schema.safeParse(longer).success
    ? { entries: longer }
    : { problem: text.settings.listFull(entries.length) };
}
