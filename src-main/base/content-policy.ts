/** What the window's pages may load, wherever they are served: scripts and styles from their own files alone. */

const ownFilesAlone = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];

/** A Content-Security-Policy with what a way of serving needs beside; nothing is allowed that no directive names. */
export function contentPolicy(...directives: readonly string[]): string {
  return [...ownFilesAlone, ...directives].join('; ');
}
