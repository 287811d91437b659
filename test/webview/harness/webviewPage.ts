import type { Browser, Locator, Page } from 'playwright-core';
import { madeSummary } from './corpusFiles';
import { FakeHost, type Shown } from './fakeHost';
import type { HarnessServer, Theme } from './server';
import { encodeMessage, installPageSide } from './wire';

export interface PageOptions {
  readonly theme?: Theme;
  readonly width?: number;
  readonly height?: number;
  readonly strings?: Readonly<Record<string, string>>;
  readonly locale?: string;
  /** Shown as soon as the webview is ready. */
  readonly shown?: Shown;
}

/** The webview in a browser page of its own, with a host that answers it. */
export class WebviewPage {
  /** Violations of the content security policy, errors of scripts, console errors. */
  readonly errors: string[] = [];

  private constructor(
    readonly page: Page,
    readonly host: FakeHost,
  ) {}

  static async open(browser: Browser, server: HarnessServer, options: PageOptions = {}): Promise<WebviewPage> {
    const { width = 1280, height = 743, theme = 'vscode-dark', shown } = options;
    const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: 2 });
    let receive: (message: unknown) => void = () => undefined;
    const host = new FakeHost({
      post: (message) =>
        page.evaluate((text) => {
          window.fromHost(text);
        }, encodeMessage(message)),
      onMessage: (listener) => {
        receive = listener;
        return () => {
          receive = () => undefined;
        };
      },
    });
    host.strings = options.strings ?? {};
    host.locale = options.locale ?? 'en';
    const opened = new WebviewPage(page, host);
    page.on('pageerror', (error) => opened.errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.text().includes('Content Security Policy')) {
        opened.errors.push(message.text());
      }
    });
    await page.exposeFunction('toHost', (text: string) => {
      receive(JSON.parse(text));
    });
    await page.addInitScript(installPageSide);
    await page.goto(server.url(theme));
    await host.ready;
    if (shown !== undefined) {
      await opened.show(shown);
    }
    return opened;
  }

  async show(shown: Shown, keepView = false): Promise<void> {
    this.host.show(shown, keepView);
    await this.page.waitForSelector('ce-tree .grid');
    await this.settled();
  }

  /** A made tree of so many tensors, without details. */
  async showLarge(tensors: number): Promise<void> {
    const summary = madeSummary;
    await this.page.evaluate(
      ([count, view]) => {
        const parameters = [{ summary: view, tree: window.largeTree(count), keepView: false, version: 1 }];
        window.dispatchEvent(new MessageEvent('message', { data: { method: 'show', parameters, id: null } }));
      },
      [tensors, summary] as const,
    );
    await this.page.waitForSelector('ce-tree .grid');
    await this.settled();
  }

  /** Two frames: what a message or a key has changed is on the screen, and the host has answered. */
  async settled(): Promise<void> {
    await this.page.evaluate(
      () =>
        new Promise<void>((resolve) => {
          requestAnimationFrame(() => {
            requestAnimationFrame(() => {
              setTimeout(resolve, 20);
            });
          });
        }),
    );
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      await this.page.keyboard.press(key);
    }
    await this.settled();
  }

  get rows(): Locator {
    return this.page.locator('ce-tree .strip > [role=row]');
  }

  row(label: string): Locator {
    const exactly = new RegExp(`^\\s*${label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
    return this.rows.filter({ has: this.page.locator('.name', { hasText: exactly }) }).first();
  }

  /** Labels of the rows that are in the page, from the top. */
  labels(): Promise<string[]> {
    return this.page.locator('ce-tree .strip .name').allTextContents();
  }

  focusedLabel(): Promise<string | null> {
    return this.page.evaluate(() => {
      const id = document.activeElement?.getAttribute('aria-activedescendant');
      const row = id === null || id === undefined ? null : document.getElementById(id);
      return row?.querySelector('.name')?.textContent ?? row?.textContent.trim() ?? null;
    });
  }

  async close(): Promise<void> {
    this.host.dispose();
    await this.page.close();
  }
}

declare global {
  interface Window {
    fromHost(text: string): void;
  }
}
