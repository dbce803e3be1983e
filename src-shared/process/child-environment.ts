/**
 * The environment of our child processes: the user's own, without the names that belong to the process which starts
 * them. NODE_OPTIONS of a debugger or a test runner would otherwise load code into every child.
 */

const droppedNames = new Set([
  'NODE_OPTIONS',
  'NODE_PATH',
  'NODE_CHANNEL_FD',
  'NODE_CHANNEL_SERIALIZATION_MODE',
  'NODE_UNIQUE_ID',
  'NODE_V8_COVERAGE',
]);
const droppedPrefixes = ['ELECTRON_', 'npm_', 'VITEST'];

/** `environment` without the names that must not reach a child, and with `additions`. */
export function childEnvironment(
  environment: NodeJS.ProcessEnv,
  additions: Readonly<Record<string, string>> = {},
): NodeJS.ProcessEnv {
  const passed = Object.entries(environment).filter(
    ([name]) =>
      !droppedNames.has(name) && !droppedPrefixes.some((prefix) => name.startsWith(prefix)),
  );
  return { ...Object.fromEntries(passed), ...additions };
}
