/** The PCI address of a card, by which different tools mean the same card. */

/** "00000000:01:00.0" and "0000:01:00.0" alike; null when it is no PCI address. */
export function parsePciAddress(text: string): string | null {
  const match = /^([0-9a-f]{4,8}):([0-9a-f]{2}):([0-9a-f]{2})\.([0-7])$/i.exec(text.trim());
  if (match === null) {
    return null;
  }
  const [, domain = '', bus, device, part] = match;
  return `${domain.slice(-4)}:${bus}:${device}.${part}`.toLowerCase();
}
