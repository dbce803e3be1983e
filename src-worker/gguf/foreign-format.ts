/** Recognises other formats that users may take for GGUF, by a file's first bytes. Pure. */

type ForeignFormat = {
  /** Whether a file that begins with these bytes is of this format. */
  readonly fits: (first: Buffer) => boolean;
  /** The format and a remedy, as the end of a sentence that begins with the file's name. */
  readonly words: string;
};

const takeGguf =
  "choose the model's GGUF file, or convert it with llama.cpp's convert_hf_to_gguf.py";
const downloadAgain = "download the model's GGUF file again";

const formats: readonly ForeignFormat[] = [
  {
    fits: isSafetensors,
    words: `it is a safetensors file, which holds weights without a tokenizer; ${takeGguf}`,
  },
  {
    fits: (first) => startsWith(first, [0x80, 0x02], [0x80, 0x03], [0x80, 0x04], [0x80, 0x05]),
    words: `it is a pickle file of PyTorch; ${takeGguf}`,
  },
  {
    fits: (first) => startsWith(first, 'PK\u0003\u0004'),
    words: `it is a zip file or a checkpoint of PyTorch; unpack it, or ${takeGguf}`,
  },
  {
    fits: (first) =>
      startsWith(
        first,
        [0x1f, 0x8b],
        [0x28, 0xb5, 0x2f, 0xfd],
        [0xfd, 0x37, 0x7a],
        [0x37, 0x7a, 0xbc],
      ),
    words: 'it is a packed file; unpack it first and import the GGUF file in it',
  },
  {
    fits: (first) => startsWith(first, 'version https://git-lfs'),
    words: 'it is a pointer of Git LFS and not the file itself; fetch the file with "git lfs pull"',
  },
  {
    fits: (first) =>
      /^[\s\uFEFF]*<(?:!doctype|html|head|\?xml)/i.test(first.toString('utf8', 0, 512)),
    words: `it is a web page that was saved in place of the model; ${downloadAgain}`,
  },
  {
    fits: (first) => startsWith(first, 'tjgg', 'lmgg', 'fmgg', 'algg'),
    words: `it is of the format GGML, which came before GGUF; ${takeGguf}`,
  },
  {
    fits: (first) => first.byteLength >= 4 && first.subarray(0, 512).every((byte) => byte === 0),
    words: `it begins with zeros, as a download does that was never finished; ${downloadAgain}`,
  },
];

/**
 * The format of a file that begins with these bytes and a remedy, as the end of a sentence; undefined for GGUF and for
 * unknown formats.
 */
export function foreignFormat(first: Buffer): string | undefined {
  return formats.find(({ fits }) => fits(first))?.words;
}

/** Eight bytes of length, then a JSON object of that length. */
function isSafetensors(first: Buffer): boolean {
  const longestHeader = 1_000_000_000n;
  return (
    first.byteLength > 8 && first.readBigUInt64LE() <= longestHeader && first.readUInt8(8) === 0x7b
  );
}

function startsWith(first: Buffer, ...starts: readonly (string | readonly number[])[]): boolean {
  return starts.some((start) => {
    const bytes = typeof start === 'string' ? Buffer.from(start, 'latin1') : Buffer.from(start);
    return first.subarray(0, bytes.byteLength).equals(bytes);
  });
}
