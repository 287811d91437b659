import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launchChromium } from '../../rig/browser.mjs';
import { startServer, type HarnessServer } from './server';
import { WebviewPage, type PageOptions } from './webviewPage';

export interface Suite {
  /** A fresh page; closed after the test, which fails for any error in it. */
  open(options?: PageOptions): Promise<WebviewPage>;
}

/** One browser and one server for the tests of a file. */
export function webviewSuite(): Suite {
  let browser: Browser | undefined;
  let server: HarnessServer | undefined;
  let opened: WebviewPage[] = [];

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), startServer()]);
  });

  afterEach(async () => {
    const pages = opened;
    opened = [];
    const troubles = pages.flatMap(({ errors, host }) => [...errors, ...host.problems]);
    await Promise.all(pages.map((page) => page.close()));
    expect(troubles).toEqual([]);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  return {
    open: async (options) => {
      if (browser === undefined || server === undefined) {
        throw new Error('the browser has not started');
      }
      const page = await WebviewPage.open(browser, server, options);
      opened.push(page);
      return page;
    },
  };
}
