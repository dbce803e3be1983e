import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Builds the window into plain files that the host serves. Its content-security policy allows nothing but
// files of its own, so nothing may be inlined: no script in the page, no assets as data addresses.
export default defineConfig({
  root: 'src-renderer',
  base: './',
  publicDir: false,
  plugins: [react(), tailwindcss()],
  build: {
    outDir: '../build/src-renderer',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Read from this machine's disk, once.
    chunkSizeWarningLimit: 1000,
  },
});
