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

/**
 * A Content-Security-Policy: the rules above with the directives that one way of serving adds. What no directive
 * names is forbidden.
 */
export function contentPolicy(...directives: readonly string[]): string {
  return [...ownFilesAlone, ...directives].join('; ');
}
