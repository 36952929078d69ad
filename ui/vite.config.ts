import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/**
 * Loads src/theme-boot.js before the first paint. It must block, and the
 * content security policy allows no inline script, so it is a hashed file.
 */
function themeScript(): Plugin {
  const source = readFileSync(new URL('src/theme-boot.js', import.meta.url), 'utf8');
  const hash = createHash('sha256').update(source).digest('base64url').slice(0, 8);
  const fileName = `assets/theme-${hash}.js`;
  let building = false;
  return {
    name: 'holdfast-theme-script',
    configResolved(config) {
      building = config.command === 'build';
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName, source });
    },
    transformIndexHtml() {
      const src = building ? `/${fileName}` : '/src/theme-boot.js';
      return [{ tag: 'script', attrs: { src }, injectTo: 'head-prepend' }];
    },
  };
}

/** Writes .br and .gz beside every text file, so that the server never compresses. */
function precompress(): Plugin {
  const textual = /\.(js|css|html|svg|json|txt)$/;
  const walk = (dir: string): string[] =>
    readdirSync(dir).flatMap((name) => {
      const path = join(dir, name);
      return statSync(path).isDirectory() ? walk(path) : [path];
    });
  return {
    name: 'holdfast-precompress',
    apply: 'build',
    closeBundle() {
      // Keeps the folder in a fresh clone, where go:embed needs it to exist.
      writeFileSync('dist/.gitkeep', '');
      for (const path of walk('dist/assets').filter((p) => textual.test(p))) {
        const content = readFileSync(path);
        writeFileSync(
          `${path}.br`,
          brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
        );
        writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
      }
    },
  };
}

// eslint-disable-next-line no-restricted-syntax -- Vite reads its configuration from the default export.
export default defineConfig({
  plugins: [react(), themeScript(), precompress()],
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    manifest: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  server: {
    proxy: {
      // The server compares the page's origin with its own name, so the name must stay.
      '/api': { target: process.env['HOLDFAST_URL'] ?? 'http://127.0.0.1:8080', changeOrigin: false },
      '/v1': { target: process.env['HOLDFAST_URL'] ?? 'http://127.0.0.1:8080', changeOrigin: false },
      '^/status(/|$)': { target: process.env['HOLDFAST_URL'] ?? 'http://127.0.0.1:8080', changeOrigin: false },
      '/rest': { target: process.env['HOLDFAST_URL'] ?? 'http://127.0.0.1:8080', changeOrigin: false },
      '/v2': { target: process.env['HOLDFAST_URL'] ?? 'http://127.0.0.1:8080', changeOrigin: false },
    },
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/test-setup.ts'],
    css: false,
  },
});
