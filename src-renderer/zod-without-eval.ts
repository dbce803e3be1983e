/**
 * Switches off zod's compiled parsers, which use `new Function`: the page's content-security policy forbids that, and
 * every try would be reported as a violation. This has to happen before any schema is made, so it must be the first
 * import of main.tsx.
 */
import { config } from 'zod';

config({ jitless: true });
