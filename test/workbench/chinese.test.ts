import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { activeWebview } from '../rig/workbench.mjs';
import { openWindow, root, type Window } from './support/window';

let window: Window;

beforeAll(async () => {
  window = await openWindow({
    locale: 'zh-cn',
    files: { 'train.pt': 'torch-2.14.1/train.pt' },
    file: 'train.pt',
  });
});
afterAll(async () => {
  await window.close();
});

it('is Chinese in the editor, texts of the webview and of the extension host alike', async () => {
  // Wide enough for every column.
  await window.page.setViewportSize({ width: 1600, height: 900 });
  const editor = activeWebview(window.page);
  await editor.locator('[role=treegrid] [role=row][aria-level]').first().waitFor();
  const text = await editor.locator('body').innerText();
  for (const words of ['训练检查点', '个张量', '键', '形状', '数据类型', '设备', '大小']) {
    expect(text).toContain(words);
  }
  expect(text).not.toMatch(/Training checkpoint|Filter keys|\bShape\b|\bDevice\b/);
  const folder = join(root, 'test-results');
  mkdirSync(folder, { recursive: true });
  await window.page.screenshot({ path: join(folder, 'chinese.png') });
});

it('is Chinese in the command palette', async () => {
  const { page } = window;
  await page.keyboard.press('F1');
  await page.locator('.quick-input-widget input[type=text]').fill('>检查点: 筛选');
  await page.getByText('检查点: 筛选键…').first().waitFor();
  await page.keyboard.press('Escape');
});
