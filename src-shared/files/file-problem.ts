/** Why a file or folder cannot be used, as a person says it. Pure. */

const words: ReadonlyMap<unknown, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['ENOTDIR', 'a part of that path is a file'],
  ['EISDIR', 'it is a folder'],
  ['EACCES', 'you may not open it'],
  ['EPERM', 'you may not open it'],
  ['EROFS', 'its file system is read-only'],
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', 'the disk is full'],
  ['EIO', 'the disk reports a fault'],
  ['EMFILE', 'too many files are open'],
  ['EBUSY', 'another program uses it'],
]);

/** Half a sentence, without a full stop; the words of the system for what it seldom reports. */
export function fileProblem(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return words.get(code) ?? (error instanceof Error ? error.message : String(error));
}
