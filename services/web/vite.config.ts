import react from '@vitejs/plugin-react';
import { compression, defineAlgorithm } from 'vite-plugin-compression2';
import { defineConfig } from 'vitest/config';

/** The front door, for `npm run dev`; built, the page calls the origin it came from. */
const FRONT_DOOR = process.env.VIVA_TOKENS_URL ?? 'http://127.0.0.1:8080';
const API = [
  ...['/api', '/audit', '/auth', '/interview', '/interviews'],
  ...['/livekit', '/page', '/rooms', '/scenarios'],
];

const proxy = Object.fromEntries(API.map((path) => [path, FRONT_DOOR]));

export default defineConfig({
  plugins: [
    react(),
    // nginx and the front door send these as they are.
    compression({
      algorithms: [defineAlgorithm('brotliCompress'), defineAlgorithm('gzip', { level: 9 })],
      threshold: 1024,
    }),
  ],
  build: {
    target: 'es2023',
    // Nothing inline: the Content-Security-Policy allows none of it.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    chunkSizeWarningLimit: 1024,
  },
  server: { port: 3000, proxy },
  preview: { port: 3000, proxy },
  test: { environment: 'jsdom', isolate: false, include: ['src/**/*.test.{ts,tsx}'], restoreMocks: true },
});
