/**
 * Windows' and macOS' files of one icon in several sizes. Both hold PNG pictures as they are, behind a table.
 * https://learn.microsoft.com/en-us/previous-versions/ms997538(v=msdn.10),
 * https://en.wikipedia.org/wiki/Apple_Icon_Image_format
 */

/** PNG files by their edge in pixels. */
export type Pictures = ReadonlyMap<number, Buffer>;

export const windowsEdges = [16, 24, 32, 48, 64, 128, 256] as const;

/**
 * Type in the file, and the edge in pixels; several types are the double resolution of a smaller one. The types of
 * 16 and 32 pixels for old screens are left out: macOS reads no PNG in them, and draws a larger one smaller.
 */
const macTypes: readonly [string, number][] = [
  ['ic11', 32],
  ['ic12', 64],
  ['ic07', 128],
  ['ic13', 256],
  ['ic08', 256],
  ['ic14', 512],
  ['ic09', 512],
  ['ic10', 1024],
];
export const macEdges = [...new Set(macTypes.map(([, edge]) => edge))];

const icoHeaderBytes = 6;
const icoEntryBytes = 16;

export function icoFile(pictures: Pictures): Buffer {
  const header = Buffer.alloc(icoHeaderBytes + windowsEdges.length * icoEntryBytes);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(windowsEdges.length, 4);
  let offset = header.length;
  const files = windowsEdges.map((edge, index) => {
    const file = pictureOf(pictures, edge);
    const entry = icoHeaderBytes + index * icoEntryBytes;
    // 0 stands for 256.
    header.writeUInt8(edge % 256, entry);
    header.writeUInt8(edge % 256, entry + 1);
    header.writeUInt16LE(1, entry + 4);
    header.writeUInt16LE(32, entry + 6);
    header.writeUInt32LE(file.length, entry + 8);
    header.writeUInt32LE(offset, entry + 12);
    offset += file.length;
    return file;
  });
  return Buffer.concat([header, ...files]);
}

export function icnsFile(pictures: Pictures): Buffer {
  const elements = macTypes.map(([type, edge]) => icnsElement(type, pictureOf(pictures, edge)));
  return icnsElement('icns', Buffer.concat(elements));
}

/** A name of four letters, the length of all of it, and what it holds. */
function icnsElement(type: string, content: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.write(type, 'latin1');
  header.writeUInt32BE(header.length + content.length, 4);
  return Buffer.concat([header, content]);
}

function pictureOf(pictures: Pictures, edge: number): Buffer {
  const file = pictures.get(edge);
  if (file === undefined) {
    throw new Error(`There is no picture of ${edge} pixels`);
  }
  return file;
}
