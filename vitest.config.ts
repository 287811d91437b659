import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{core,wording,protocol,cli,torch,package,host}/**/*.test.ts'],
    testTimeout: 30_000,
  },
});
