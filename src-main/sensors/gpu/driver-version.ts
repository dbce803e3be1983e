/** Versions of graphics drivers, as tools print them. Pure. */

/** Numbers with dots, and what a maker adds to them: "550.54.14", "31.0.101.4502", "6.8.5-rc1". */
const version = /^\d{1,6}(?:\.\d{1,10}){1,4}(?:[-+~][\w.+~-]{1,30})?$/;

/** @returns null for what is no version, such as the words of a tool that knows none */
export function readDriverVersion(text: string): string | null {
  const trimmed = text.trim();
  return version.test(trimmed) ? trimmed : null;
}
