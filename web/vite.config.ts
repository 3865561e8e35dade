/// <reference types="vitest/config" />
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [react()],
  // The pages of docs/ are shown in the app.
  server: { proxy: { '/api': 'http://127.0.0.1:7080' }, fs: { allow: ['..'] } },
  build: {
    target: 'es2023',
    // Inline data: URLs would be scripts or styles the CSP refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    // What most pages share is one file: in many small ones the first load weighs a tenth more.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'common', minShareCount: 5 }] } } },
  },
  css: { modules: { localsConvention: 'camelCaseOnly' } },
  test: { environment: 'jsdom', include: ['src/**/*.test.{ts,tsx}'], env: { TZ: 'UTC' } },
})
