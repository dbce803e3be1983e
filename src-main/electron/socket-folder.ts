/**
 * Chromium makes sure of a single instance by a socket in the temporary folder. Where the path of that socket is too
 * long, it ends the app without a message. Pure.
 */
/** Longest path of a socket in bytes, without the zero at its end: 103 on macOS, 107 on Linux. */
const longestPathBytes = 103;
const socketName = '/scoped_dirXXXXXX/SingletonSocket';

/** The temporary folder, or the system's own one where the path of a socket would be too long. */
export function socketFolder(folder: string): string {
  return Buffer.byteLength(folder + socketName) <= longestPathBytes ? folder : '/tmp';
}
