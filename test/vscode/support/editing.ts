import { strict as assert } from 'node:assert';
import { existsSync, rmSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import * as vscode from 'vscode';
import { keyOf } from '../../../src/core/checkpoint/path';
import type { TestPanel } from '../../../src/host/testApi';
import { readManifest, readTexts } from '../../support/manifest';
import { shown, testApi, until } from './editor';
import { choosePath } from './quickInput';
import { runFromPalette, workbench } from './page';
import { goTo, paneOf, rowsOf } from './view';

const root = process.env['PTCKPT_ROOT'] ?? '';
const titles = readTexts(root, 'package.nls.json');

export function titleOf(name: string): string {
  const entry = readManifest(root).contributes.commands.find(({ command }) => command === `checkpointEditor.${name}`);
  return `Checkpoint: ${titles[entry?.title.slice(1, -1) ?? ''] ?? name}`;
}

export async function active(): Promise<TestPanel> {
  const panel = (await testApi()).active();
  assert.ok(panel);
  return panel;
}

/** Chooses the first row: VS Code gives the focus to an editor that was just opened a second time, which a click outlasts. */
export async function focusTree(page: Page): Promise<void> {
  await rowsOf(page).first().click();
  await untilTreeFocused();
}

export async function untilTreeFocused(): Promise<void> {
  await until('the tree to have the focus', async () => (await active()).treeFocused || undefined);
}

/** Keys of tensors; of values with their text. */
export async function keys(): Promise<string[]> {
  const { entries } = shown(await active()).checkpoint;
  return entries.map((entry) => (entry.kind === 'tensor' ? keyOf(entry.path) : `${keyOf(entry.path)} = ${entry.repr}`));
}

export async function edits(): Promise<number> {
  return (await active()).document.history?.index ?? 0;
}

export async function untilEdits(count: number): Promise<void> {
  await until(`${String(count)} edits`, async () => (await edits()) === count || undefined);
}

export async function select(page: Page, key: string): Promise<void> {
  // The filter stays: emptying it at once would be a Delete that still reaches the tree.
  await goTo(page, key);
  await until(`${key} to be selected`, async () => {
    const panel = await active();
    const [row = -1] = panel.selection;
    const entry = shown(panel).checkpoint.entries[shown(panel).tree.entry[row] ?? -1];
    return entry !== undefined && keyOf(entry.path) === key ? true : undefined;
  });
}

/** Undoes or redoes the one edit. VS Code gives it to the editor once a question before has let go of the focus. */
export async function move(command: 'undo' | 'redo', expected: number): Promise<void> {
  await until(`${command} to ${String(expected)} edits`, async () => {
    await vscode.commands.executeCommand(command);
    return (await edits()) === expected || undefined;
  });
}

/** The pane at the right, once it is there. */
export async function pane(page: Page): Promise<Locator> {
  const found = paneOf(page);
  await found.waitFor();
  return found;
}

export async function applyIn(page: Page, button = 'Apply'): Promise<void> {
  const found = (await pane(page)).getByRole('button', { name: button, exact: true });
  await until(`${button} to be possible`, async () => (await found.isEnabled()) || undefined);
  await found.click();
}

/** Runs a command as a person does. */
export async function run(name: string): Promise<void> {
  await runFromPalette(await workbench(), titleOf(name));
}

/** Runs a command that writes another file, and answers its dialog. */
export async function writes(page: Page, name: string, target: string, answers?: () => Promise<void>): Promise<void> {
  rmSync(target, { force: true });
  await drawDialogs();
  await run(name);
  await answers?.();
  await choosePath(page, target, () => existsSync(target));
}

/** Has VS Code draw dialogs for files itself: no test can reach the system's own. */
export async function drawDialogs(): Promise<void> {
  const files = vscode.workspace.getConfiguration('files');
  await files.update('simpleDialog.enable', true, vscode.ConfigurationTarget.Global);
}
