/** Tests start hundreds of Node.js processes; what they compile is stored beside the packages for the next one. */
import { fileURLToPath } from 'node:url';

export function keepCompiledCode(): void {
  process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(
    new URL('../../../node_modules/.cache/compiled', import.meta.url),
  );
}
