/** Stores compiled code beside the packages, since tests start hundreds of Node.js processes. */
import { fileURLToPath } from 'node:url';

export function keepCompiledCode(): void {
  process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
    new URL('../../../node_modules/.cache/compiled', import.meta.url),
  );
}
