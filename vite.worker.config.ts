import { defineConfig } from 'vite';

// One file for each process that joins the mesh: libp2p alone is a thousand modules, and to look for them one by one took
// two thirds of the time in which a node starts. The folder is as deep as those of the modules in it, so that paths relative
// to them hold for both.
export default defineConfig({
  publicDir: false,
  build: {
    ssr: true,
    outDir: 'build/src-worker/node/bundled',
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    rolldownOptions: {
      input: {
        node: 'src-worker/node/node.ts',
        bootstrap: 'src-worker/node/bootstrap/bootstrap.ts',
      },
      output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
    },
  },
  // What is seldom needed, and reads its own package.json.
  ssr: { noExternal: true, external: ['@libp2p/upnp-nat'] },
});
