// The headless Chromium that shows the served VS Code and the webviews under test.

import { rigPaths, rigSupported } from './install.mjs';

/**
 * Starts the rig's Chromium with its own libraries and fonts, or the Chrome installed here where the rig cannot run. The
 * caller closes it.
 *
 * @param {string[]} [args] more command-line switches
 * @returns {Promise<import('playwright-core').Browser>}
 */
export async function launchChromium(args = []) {
  const { chromium } = await import('playwright-core');
  if (!rigSupported()) return chromium.launch({ channel: 'chrome', args });
  return chromium.launch({
    executablePath: rigPaths.chromium,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--font-render-hinting=none', ...args],
    env: {
      ...definedEnvironment(),
      LD_LIBRARY_PATH: [rigPaths.chromiumLibraries, process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':'),
      FONTCONFIG_FILE: rigPaths.fonts,
    },
  });
}

function definedEnvironment() {
  /** @type {Record<string, string>} */
  const environment = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) environment[name] = value;
  return environment;
}
