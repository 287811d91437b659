import { defineConfig } from 'vitest/config';

/** Suites of their own; everything else under test/ needs nothing but Node (and torch, where there is one). */
const apart = ['package', 'rig', 'vscode', 'webview', 'workbench'];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          globalSetup: ['test/support/torchSetup.ts'],
          include: ['test/**/*.test.ts'],
          exclude: [...apart.map((folder) => `test/${folder}/**`), 'test/fixtures/**'],
        },
      },
      {
        // Our webview alone, in the rig's Chromium.
        extends: true,
        test: { name: 'webview', include: ['test/webview/**/*.test.ts'], hookTimeout: 60_000 },
      },
      {
        // The served VS Code, driven from outside by mouse and keyboard.
        extends: true,
        test: {
          name: 'workbench',
          globalSetup: ['test/support/torchSetup.ts'],
          include: ['test/workbench/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        // The packed VSIX, unpacked and run.
        extends: true,
        test: { name: 'package', include: ['test/package/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
      },
    ],
  },
});
