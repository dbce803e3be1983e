/** Base 58 as Bitcoin and libp2p write it: letters and digits that cannot be mistaken for each other. */
const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const base = BigInt(alphabet.length);

/** For ids, not for long texts: the time grows with the square of the length. */
export function base58(bytes: Uint8Array): string {
  const firstUsed = bytes.findIndex((byte) => byte !== 0);
  const zeros = firstUsed === -1 ? bytes.byteLength : firstUsed;
  let number = BigInt(`0x0${Buffer.from(bytes).toString('hex')}`);
  let text = '';
  while (number > 0n) {
    text = `${alphabet[Number(number % base)]}${text}`;
    number /= base;
  }
  return `${'1'.repeat(zeros)}${text}`;
}
