/** Writes protocol buffers by hand, for messages of libp2p's protocols that no library would write. */

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  while (left >= 128) {
    bytes.push((left % 128) | 128);
    left = Math.floor(left / 128);
  }
  return Buffer.from([...bytes, left]);
}

/** One field: a number as a varint, bytes with their length. */
export function field(number: number, value: number | Uint8Array): Buffer {
  return typeof value === 'number'
    ? Buffer.concat([varint(number * 8), varint(value)])
    : Buffer.concat([varint(number * 8 + 2), varint(value.byteLength), value]);
}

export function message(...fields: readonly Uint8Array[]): Buffer {
  return Buffer.concat(fields);
}

/** A message with its length before it, as most of libp2p's protocols have it. */
export function withLength(...fields: readonly Uint8Array[]): Buffer {
  const body = message(...fields);
  return Buffer.concat([varint(body.byteLength), body]);
}
