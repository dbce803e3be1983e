/** Grammars for strings: lengths in characters, formats and patterns. */
import { AppError } from '../../../../src-shared/errors.ts';
import { formats } from './formats.ts';
import { invalid, type Keywords } from './keywords.ts';
import { type Lengths, patternGrammar } from './pattern-grammar.ts';
import type { GrammarRules } from './rules.ts';

/**
 * One character of a JSON string. Escaped surrogates are not allowed: each escape is one character, so that lengths are
 * exact, and characters beyond the basic multilingual plane are written unescaped.
 */
export const stringCharacter =
  '[^"\\\\\\x00-\\x1F\\x7F] | "\\\\" (["\\\\/bfnrt] | "u" ([0-9a-cA-CefEF] [0-9a-fA-F]{3} | [dD] [0-7] [0-9a-fA-F]{2}))';

/**
 * The body of a rule for strings. A supported pattern takes precedence over a format. An unsupported pattern beside a
 * known format is ignored, because schema libraries write both with the same meaning.
 * @throws AppError `request-invalid` for unsupported keywords, and for lengths that no text has
 */
export function stringBody(
  keywords: Keywords,
  at: string,
  rules: GrammarRules,
  character: string,
): string {
  const { pattern, format, minLength = 0, maxLength = Infinity } = keywords;
  if (minLength > maxLength) {
    throw invalid(at, '"minLength" is more than "maxLength"');
  }
  const lengths = { least: minLength, most: maxLength };
  const formatPattern = format === undefined ? undefined : formats.get(format);
  if (pattern !== undefined) {
    const body = patternBody(pattern, lengths, rules);
    if (!(body instanceof AppError)) {
      return quoted(body);
    }
    if (formatPattern === undefined) {
      throw invalid(at, `the "pattern" ${inWords(pattern)} is not supported: ${body.message}`);
    }
  }
  if (formatPattern !== undefined) {
    const body = patternBody(formatPattern, lengths, rules);
    if (body instanceof AppError) {
      throw invalid(at, `the format "${format}" with a length is not supported: ${body.message}`);
    }
    return quoted(body);
  }
  if (format !== undefined) {
    const known = [...formats.keys()].join(', ');
    throw invalid(at, `the format ${inWords(format)} is not supported (${known} are)`);
  }
  return quoted(rules.repeat(character, minLength, maxLength));
}

/** The grammar of a pattern, or the error that says why there is none. */
function patternBody(pattern: string, lengths: Lengths, rules: GrammarRules): string | AppError {
  try {
    return patternGrammar(pattern, lengths, rules);
  } catch (error) {
    if (error instanceof AppError) {
      return error;
    }
    throw error;
  }
}

function quoted(body: string): string {
  return `"\\"" (${body}) "\\""`;
}

function inWords(text: string): string {
  return JSON.stringify(text.slice(0, 50));
}
