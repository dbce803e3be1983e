#!/usr/bin/env node
/**
 * The program `mindmesh`. It checks the version of Node.js before anything that needs a newer one is
 * loaded, so that an old one gets a sentence and not a stack.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 14)) {
  process.stderr.write(
    `MindMesh needs Node.js 22.14 or newer; this is ${process.versions.node}. "npm start" finds a newer one by itself.\n`,
  );
  process.exitCode = 1;
} else {
  const { run } = await import('./program.ts');
  await run(process.argv.slice(2));
  if (process.connected) {
    // An IPC channel to the process that started this would keep the process alive.
    process.disconnect();
  }
}
