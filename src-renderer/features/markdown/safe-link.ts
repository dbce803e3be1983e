/** Which addresses in an answer may become links. A model's text is as untrusted as a stranger's. */

const protocols = new Set(['http:', 'https:', 'mailto:']);

/** The address, when it is absolute and of a harmless kind; null when it must stay plain text. */
export function safeLink(address: string | undefined): string | null {
  if (address === undefined) {
    return null;
  }
  const url = URL.parse(address);
  return url !== null && protocols.has(url.protocol) ? url.href : null;
}
