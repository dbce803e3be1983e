/** Makes the packaged app before the tests, outside of their deadlines, or prints clearly that there is none. */
import { packagedApp } from '../window/packaged-app.ts';

const app = await packagedApp();
console.error(
  app === undefined
    ? '\nSKIPPED: all tests of the packaged desktop app, since there is no Electron for them. MINDMESH_ELECTRON_RUNTIME names a folder with one.\n'
    : `The packaged app for the tests is in ${app.folder}.`,
);
