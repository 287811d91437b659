// Takes the README's pictures anew: the sample in the served VS Code, in every theme, and what else is worth a look.
//
//   npm run screenshots [-- NAME…]

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { launchChromium } from '../test/rig/browser.mjs';
import { installRig } from '../test/rig/install.mjs';
import { startServer } from '../test/rig/server.mjs';
import { activeWebview, openWorkbench, runFromPalette, themes } from '../test/rig/workbench.mjs';
import { run } from './support/install.mjs';
import { inProject, root } from './support/paths.mjs';

/**
 * @typedef {object} Scene
 * @property {keyof typeof themes} theme
 * @property {string} [locale]
 * @property {number} [width] CSS pixels
 * @property {() => string} [file] makes the file; the sample without it
 * @property {string} [sign] text that is there once the file is shown
 * @property {(webview: import('playwright-core').FrameLocator, page: import('playwright-core').Page) => Promise<void>} act
 */

const sample = inProject('media', 'sample', 'resnet_flowers.pt');
const temporary = mkdtempSync(join(tmpdir(), 'screenshots-'));

/** A file that Git LFS left in place of the real one, in a repository: only there is `git lfs pull` the way out. */
function lfsPointer() {
  const file = join(temporary, 'resnet50.pth');
  mkdirSync(join(temporary, '.git'));
  writeFileSync(
    file,
    [
      'version https://git-lfs.github.com/spec/v1',
      'oid sha256:9c1e2f0b6d3a47518e0f2c94d7ab5c6e1f83d2a490b7c65e8d1f0a3b2c4d5e6f',
      'size 102530333',
      '',
    ].join('\n'),
  );
  return file;
}

/** A resnet18 as DistributedDataParallel leaves it, its head for 102 flowers: made of the sample by the command line. */
function wrappedResnet() {
  const file = join(temporary, 'resnet18_flowers.pt');
  const cli = inProject('dist', 'cli.js');
  run(process.execPath, [cli, 'match', sample, 'torchvision:resnet18', '--update', '--num-classes', '102', '-o', file]);
  run(process.execPath, [cli, 'edit', file, '--in-place', '--add-prefix', 'module.']);
  return file;
}

/** @type {Record<string, Scene>} */
const scenes = {
  'editor-dark': { theme: 'dark', act: selectWeight },
  'editor-light': { theme: 'light', act: selectWeight },
  'editor-high-contrast': { theme: 'hc', act: selectWeight },
  'editor-narrow': { theme: 'dark', width: 640, act: selectWeight },
  'editor-chinese': { theme: 'light', locale: 'zh-cn', act: selectWeight },
  filter: { theme: 'dark', act: filterKeys },
  edits: { theme: 'dark', act: editSample },
  rename: { theme: 'dark', act: renameKeys },
  remap: { theme: 'light', act: remapDevices },
  match: { theme: 'dark', file: wrappedResnet, sign: 'module', act: matchModel },
  replace: { theme: 'light', act: replaceLayer },
  plan: { theme: 'dark', file: wrappedResnet, sign: 'module', act: planFineTuning },
  audit: { theme: 'dark', act: openAudit },
  broken: { theme: 'dark', file: lfsPointer, sign: 'Git LFS', act: () => Promise.resolve() },
};

const asked = process.argv.slice(2);
await installRig(console.log);
run(process.execPath, ['scripts/build.mjs']);
const browser = await launchChromium();
try {
  for (const [name, scene] of Object.entries(scenes)) {
    if (asked.length === 0 || asked.includes(name)) await take(name, scene);
  }
} finally {
  await browser.close();
  rmSync(temporary, { recursive: true });
}

/** @param {string} name @param {Scene} scene */
async function take(name, { theme, locale = 'en', width = 1280, file = () => sample, sign = 'rng_state', act }) {
  const server = await startServer({
    locale,
    settings: {
      'workbench.colorTheme': themes[theme],
      'workbench.activityBar.location': 'hidden',
      'workbench.statusBar.visible': false,
      // The path of the file on this machine is nobody's business.
      'breadcrumbs.enabled': false,
    },
  });
  try {
    const page = await openWorkbench(browser, server.url({ extension: root, file: file() }), {
      width,
      height: 800,
      scale: 2,
    });
    const webview = activeWebview(page);
    await webview.getByText(sign).first().waitFor({ timeout: 60_000 });
    await act(webview, page);
    // Onto the empty part of the tab bar, where nothing is highlighted.
    await page.mouse.move(width * 0.6, 20);
    // Fonts, the details of the selection and the theme's last variables have arrived by then.
    await page.waitForTimeout(1500);
    const path = inProject('media', 'screenshots', `${name}.png`);
    mkdirSync(dirname(path), { recursive: true });
    await page.screenshot({ path, animations: 'disabled' });
    console.log(path);
    await page.context().close();
  } finally {
    await server.close();
  }
}

/** @param {import('playwright-core').FrameLocator} webview @param {string} key */
function row(webview, key) {
  return webview.locator('[role=treegrid] [role=row]', { hasText: key }).first();
}

/** @type {Scene['act']} */
async function selectWeight(webview, page) {
  await row(webview, 'model_state_dict').click();
  await page.keyboard.press('ArrowRight');
  for (const key of ['layer1', 'conv1']) {
    await row(webview, key).dblclick();
  }
  await row(webview, 'conv1').click();
}

/** @type {Scene['act']} */
async function filterKeys(webview, page) {
  await row(webview, 'model_state_dict').click();
  await page.keyboard.press('/');
  await page.keyboard.type('layer*.bn*.weight');
  await page.waitForTimeout(500);
  await page.keyboard.press('Enter');
}

/** @type {Scene['act']} */
async function openAudit(webview) {
  await webview.getByText('outside the allow-list').first().click();
}

/** @type {Scene['act']} */
async function editSample(webview, page) {
  await row(webview, 'optimizer_state_dict').click();
  await row(webview, 'lr_scheduler').click({ modifiers: ['Control'] });
  await page.keyboard.press('Delete');
  await webview.getByText('1 edit', { exact: true }).waitFor();
  await row(webview, 'head').click();
  await page.keyboard.press('F2');
  await page.keyboard.type('classifier');
  await page.keyboard.press('Enter');
  await webview.getByText('2 edits', { exact: true }).waitFor();
  await row(webview, 'epoch').click();
  await answer(page, 'Checkpoint: Edit Value…', '0');
  await webview.getByText('3 edits', { exact: true }).waitFor();
  await row(webview, 'best_acc1').click();
  await runFromPalette(page, 'Checkpoint: Show Edits');
}

/** @type {Scene['act']} */
async function renameKeys(webview, page) {
  await row(webview, 'model_state_dict').click();
  await runFromPalette(page, 'Checkpoint: Rename Keys…');
  await webview.getByRole('textbox', { name: 'Find' }).fill('^layer([0-9])');
  await webview.getByRole('textbox', { name: 'Replace with' }).fill('stage$1');
}

/** @type {Scene['act']} */
async function remapDevices(webview, page) {
  await row(webview, 'model_state_dict').click();
  await runFromPalette(page, 'Checkpoint: Remap Devices…');
  await webview.getByRole('textbox', { name: 'Paste a map_location' }).fill('{"cuda:1": "cuda:0"}');
}

/** @type {Scene['act']} */
async function matchModel(webview, page) {
  await runFromPalette(page, 'Checkpoint: Match Against a Model…');
  await webview.getByRole('combobox', { name: 'Match against' }).click();
  await webview.getByRole('option', { name: 'torchvision' }).click();
  await webview.getByRole('textbox', { name: 'Number of classes' }).fill('120');
  await webview.getByRole('button', { name: 'Accept', exact: true }).first().click();
}

/** @type {Scene['act']} */
async function replaceLayer(webview, page) {
  await row(webview, 'model_state_dict').click();
  await page.keyboard.press('ArrowRight');
  await row(webview, 'fc').click();
  await runFromPalette(page, 'Checkpoint: Replace Layer…');
  // The present layer stands there first.
  await webview.getByText('Linear 32 → 102').last().waitFor();
  await page.waitForTimeout(500);
  await webview.getByRole('textbox', { name: 'Line of Python' }).fill('fc = nn.Linear(32, 120)');
}

/** @type {Scene['act']} */
async function planFineTuning(webview, page) {
  await runFromPalette(page, 'Checkpoint: Plan Fine-Tuning…');
  await webview.getByRole('radio', { name: /Freeze the first layers/ }).click();
  await webview.getByRole('textbox', { name: 'Number of classes' }).fill('120');
}

/**
 * Runs a command that asks for one text.
 *
 * @param {import('playwright-core').Page} page @param {string} command @param {string} text
 */
async function answer(page, command, text) {
  await runFromPalette(page, command);
  const input = page.locator('.quick-input-widget input[type=text]');
  await page.waitForTimeout(500);
  await input.fill(text);
  await page.keyboard.press('Enter');
}
