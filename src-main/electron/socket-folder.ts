/**
 * Chromium locks the one instance by a socket in the temporary folder. Where the path of that is longer than sockets may
 * have, it ends the app without a word. Pure.
 */
/** Of a socket's path, without the zero at its end: 103 on macOS, 107 on Linux. */
const longestPathBytes = 103;
const socketName = '/scoped_dirXXXXXX/SingletonSocket';

/** The folder for temporary files, or the system's own where a socket in that could not have a name. */
export function socketFolder(folder: string): string {
  return Buffer.byteLength(folder + socketName) <= longestPathBytes ? folder : '/tmp';
}
