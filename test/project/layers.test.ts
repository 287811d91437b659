import { ESLint } from 'eslint';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import tseslint from 'typescript-eslint';
import { expect, it } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
// Without types: the rules in question need none, and types cost half a minute.
const eslint = new ESLint({ cwd: root, overrideConfig: tseslint.configs.disableTypeChecked });

/** The import rules that a module of ours breaks when it imports `specifier`. */
async function rulesBroken(file: string, specifier: string): Promise<string[]> {
  const [result] = await eslint.lintText(`import '${specifier}';\n`, { filePath: join(root, file) });
  return (result?.messages ?? []).flatMap(({ ruleId }) => (ruleId === 'no-restricted-imports' ? [ruleId] : []));
}

it.each([
  ['src/core/errors.ts', 'vscode'],
  ['src/core/errors.ts', '../wording/errors'],
  ['src/core/errors.ts', '../host/document'],
  ['src/wording/errors.ts', '../protocol/messages'],
  ['src/wording/errors.ts', 'node:fs'],
  ['src/protocol/messages.ts', '../host/document'],
  ['src/protocol/messages.ts', 'vscode'],
  ['src/host/document.ts', '../cli/main'],
  ['src/host/document.ts', '../../webview/strings'],
  ['src/cli/main.ts', 'vscode'],
  ['src/cli/main.ts', '../host/document'],
  ['webview/strings.ts', '../src/host/document'],
  ['webview/strings.ts', 'node:fs'],
  ['webview/strings.ts', '@vscode/webview-ui-toolkit'],
])('%s must not import %s', async (file, specifier) => {
  expect(await rulesBroken(file, specifier)).toHaveLength(1);
});

it.each([
  ['src/wording/errors.ts', '../core/errors'],
  ['src/host/document.ts', 'vscode'],
  ['src/host/document.ts', '../protocol/messages'],
  ['src/cli/main.ts', '../wording/errors'],
  ['webview/strings.ts', '../src/protocol/messages'],
  ['webview/toolkit.ts', '@vscode/webview-ui-toolkit'],
])('%s may import %s', async (file, specifier) => {
  expect(await rulesBroken(file, specifier)).toHaveLength(0);
});
