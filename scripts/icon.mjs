// Draws media/icon.png, the Marketplace's 128-pixel icon, from media/icon.svg.

import { readFileSync } from 'node:fs';
import { launchChromium } from '../test/rig/browser.mjs';
import { installRig } from '../test/rig/install.mjs';
import { inProject } from './support/paths.mjs';

await installRig(console.log);
const browser = await launchChromium();
const page = await browser.newPage({ viewport: { width: 128, height: 128 } });
const svg = readFileSync(inProject('media', 'icon.svg'), 'utf8');
await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${svg}`);
await page.screenshot({ path: inProject('media', 'icon.png'), omitBackground: true });
await browser.close();
