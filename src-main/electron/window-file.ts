/** Which file of the built window an app:// address stands for. Pure. */
import { isAppPage, appOrigin } from './window-security.ts';

/** Path inside the folder of the window, with slashes, and the content type. */
export type WindowFile = { readonly path: string; readonly type: string };

const types = new Map([
  ['html', 'text/html; charset=utf-8'],
  ['js', 'text/javascript; charset=utf-8'],
  ['css', 'text/css; charset=utf-8'],
  ['svg', 'image/svg+xml'],
  ['png', 'image/png'],
  ['woff2', 'font/woff2'],
]);

/** Names as the build makes them: no dot at the beginning, nothing that needs decoding, no `..`. */
const plainPath = /^(?:[\w-]+\/)*[\w-][\w.-]*\.(?<extension>[a-z0-9]+)$/;

/** undefined for every address without a file. */
export function windowFile(address: string): WindowFile | undefined {
  if (!isAppPage(address)) {
    return undefined;
  }
  const path = address.slice(appOrigin.length + 1).replace(/[?#].*$/s, '') || 'index.html';
  const extension = plainPath.exec(path)?.groups?.['extension'];
  const type = extension === undefined || path.includes('..') ? undefined : types.get(extension);
  return type === undefined ? undefined : { path, type };
}
