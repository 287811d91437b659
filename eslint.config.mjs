import eslint from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** What lies downstream of a layer, and so must not be imported by it. */
const downstream = {
  core: ['wording', 'protocol', 'host', 'cli', 'webview'],
  wording: ['protocol', 'host', 'cli', 'webview'],
  protocol: ['host', 'cli', 'webview'],
  host: ['cli', 'webview'],
  cli: ['protocol', 'host', 'webview'],
  webview: ['host', 'cli'],
};

const toolkit = {
  group: ['@vscode/webview-ui-toolkit', '@vscode/webview-ui-toolkit/*'],
  message: 'Only webview/toolkit.ts names the UI toolkit.',
};

/**
 * Refuses imports against the stream, and what only another layer may use.
 *
 * @param {keyof typeof downstream} layer
 * @param {string[]} forbiddenModules
 */
function layer(layer, forbiddenModules) {
  const patterns = [
    {
      group: downstream[layer].flatMap((name) => [`**/${name}/**`, `**/${name}`]),
      message: 'Imports point one way: core ← wording ← protocol ← host / cli / webview.',
    },
    { group: forbiddenModules, message: `Not for ${layer}.` },
    toolkit,
  ];
  return {
    files: [layer === 'webview' ? 'webview/**/*.ts' : `src/${layer}/**/*.ts`],
    rules: { 'no-restricted-imports': ['error', { patterns }] },
  };
}

// The leading slash anchors a name: `../core/checkpoint/path` is another module than `path`.
const nodeModules = ['node:*', '/fs', '/path', '/child_process'];
const uiModules = ['vscode', 'lit', 'lit/*', '@lit-labs/*', '@vscode/*'];

export default defineConfig(
  {
    ignores: [
      'dist/**',
      '**/node_modules/**',
      '**/.cache/**',
      '.venv/**',
      '.vscode-test/**',
      'bench/data/**',
      'test/fixtures/**',
      'test-results/**',
      '**/*.d.mts',
    ],
  },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ['*.mjs', '*.ts'] } },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      curly: ['error', 'multi-line'],
      eqeqeq: 'error',
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'] }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      // An async function without await turns a throw into a rejection, as its interface promises.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  layer('core', uiModules),
  layer('wording', [...uiModules, ...nodeModules]),
  layer('protocol', [...uiModules, ...nodeModules]),
  layer('host', ['lit', 'lit/*', '@lit-labs/*', '@vscode/*']),
  layer('cli', uiModules),
  layer('webview', ['vscode', ...nodeModules]),
  {
    files: ['src/{core,wording,protocol}/**/*.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-globals': ['error', 'document', 'window', 'navigator', 'localStorage'],
    },
  },
  {
    files: ['webview/toolkit.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [{ group: ['**/host/**', '**/cli/**', 'vscode'] }] }] },
  },
  {
    // A describe() is one function; what it holds is what counts.
    files: ['test/**/*.ts'],
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    files: ['**/*.{mjs,cjs}'],
    rules: {
      '@typescript-eslint/no-require-imports': 'off',
      // Types of plain JavaScript stand in JSDoc, where this rule does not look.
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      'no-undef': 'off',
      // JSON.parse gives any; the JSDoc beside it says what it is.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
);
