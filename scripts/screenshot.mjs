// Takes a picture of one file in the served VS Code.
//
//   node scripts/screenshot.mjs FILE [--out out.png] [--theme dark|light|hc|hc-light] [--width 1280] [--height 800]
//     [--scale 2] [--locale zh-cn] [--whole] [--keys 'Control+F,a,b,Enter'] [--wait MILLISECONDS]
//
// Shows the editor area alone unless --whole is given. --keys are pressed one after another once the editor is there.

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { installRig } from '../test/rig/install.mjs';
import { root } from './support/paths.mjs';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', short: 'o', default: 'screenshot.png' },
    theme: { type: 'string', default: 'dark' },
    width: { type: 'string', default: '1280' },
    height: { type: 'string', default: '800' },
    scale: { type: 'string', default: '1' },
    locale: { type: 'string', default: 'en' },
    whole: { type: 'boolean', default: false },
    keys: { type: 'string', default: '' },
    wait: { type: 'string', default: '800' },
  },
});
const file = positionals[0];
if (file === undefined) throw new Error('Which file? node scripts/screenshot.mjs FILE');

await installRig(console.log);
const { launchChromium } = await import('../test/rig/browser.mjs');
const { startServer } = await import('../test/rig/server.mjs');
const { activeWebview, openWorkbench, themes } = await import('../test/rig/workbench.mjs');

/** @param {string} name @returns {name is keyof typeof themes} */
function isTheme(name) {
  return Object.hasOwn(themes, name);
}
if (!isTheme(flags.theme)) throw new Error(`--theme is one of ${Object.keys(themes).join(', ')}`);

const bare = flags.whole
  ? {}
  : {
      'workbench.activityBar.location': 'hidden',
      'workbench.statusBar.visible': false,
      'window.menuBarVisibility': 'hidden',
    };
const server = await startServer({
  locale: flags.locale,
  settings: { 'workbench.colorTheme': themes[flags.theme], ...bare },
});
const browser = await launchChromium();
try {
  const page = await openWorkbench(browser, server.url({ extension: root, file: resolve(file) }), {
    width: Number(flags.width),
    height: Number(flags.height),
    scale: Number(flags.scale),
    onLog: (type, text) => {
      console.error(`[${type}] ${text}`);
    },
  });
  const webview = activeWebview(page);
  const shown = await webview
    .locator('body')
    .waitFor({ timeout: 20_000 })
    .then(
      () => true,
      () => false,
    );
  if (!shown) console.error('No webview within 20 s: the picture shows what there is instead.');
  await page.waitForTimeout(Number(flags.wait));
  for (const key of flags.keys.split(',').filter(Boolean)) await page.keyboard.press(key);
  if (flags.keys !== '') await page.waitForTimeout(500);
  await page.screenshot({ path: flags.out });
  console.log(flags.out);
} finally {
  await browser.close();
  await server.close();
}
