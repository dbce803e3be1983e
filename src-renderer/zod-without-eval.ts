/**
 * zod compiles its parsers with `new Function` where it can. The page's content-security policy forbids
 * that, and every try would be reported as a violation, so it is switched off before any schema is made:
 * this must be the first import of main.tsx.
 */
import { config } from 'zod';

config({ jitless: true });
