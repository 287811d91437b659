import { strict as assert } from 'node:assert';
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { Operation } from '../../../src/core/edit/operations';
import type { TestPanel } from '../../../src/host/testApi';
import { shown, testApi, until } from './editor';
import { inWorkspace } from './files';
import { activeWebview, workbench } from './page';
import { loadedByTorch } from './torch';

export const setEpoch = (literal: string | number): Operation => ({
  kind: 'setValue',
  path: ['epoch'],
  literal: String(literal),
});

/** The panel of a file as it is now. */
export async function panelOf(uri: vscode.Uri): Promise<TestPanel> {
  const { panels } = await testApi();
  const panel = panels().find(({ file }) => file === uri.path);
  assert.ok(panel, `no panel shows ${uri.path}`);
  return panel;
}

/** Python literal of `epoch`, as the document has it. */
export async function epochOf(uri: vscode.Uri): Promise<string | undefined> {
  const entry = shown(await panelOf(uri)).checkpoint.entries.find(
    ({ path }) => path.length === 1 && path[0] === 'epoch',
  );
  return entry?.kind === 'value' ? entry.repr : undefined;
}

/** As real torch reads it from the disk. */
export async function savedEpoch(uri: vscode.Uri): Promise<string | undefined> {
  return (await loadedByTorch(uri.fsPath))?.['epoch'];
}

export async function edit(uri: vscode.Uri, ...operations: readonly Operation[]): Promise<void> {
  const { document } = await panelOf(uri);
  for (const operation of operations) {
    document.apply(operation);
  }
}

/** The dot on the tab. */
export function isDirty(): boolean | undefined {
  return vscode.window.tabGroups.activeTabGroup.activeTab?.isDirty;
}

export async function untilDirty(expected: boolean): Promise<void> {
  await until(`the tab to be ${expected ? 'dirty' : 'clean'}`, () => isDirty() === expected || undefined);
}

/** Undoes, redoes, saves or reverts, as the menu does. */
export async function run(command: 'undo' | 'redo' | 'save' | 'revert', times = 1): Promise<void> {
  const id = command === 'undo' || command === 'redo' ? command : `workbench.action.files.${command}`;
  for (let time = 0; time < times; time++) {
    await vscode.commands.executeCommand(id);
  }
}

/** Names that saving has put beside a file. */
export function besides(uri: vscode.Uri): string[] {
  return readdirSync(dirname(uri.fsPath)).filter((name) => /^\..*\.(?:saving|prev|journal)$/.test(name));
}

/** The same tests in a plain folder, and in one whose name has Chinese characters and spaces. */
export const folders = ['plain', '模型 目录'] as const;

export function pathIn(folder: string, name: string): string {
  return inWorkspace(`${folder}/${name}`);
}

export async function configure(section: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration().update(section, value, vscode.ConfigurationTarget.Global);
}

/** Waits for a notification, and takes all of them away. */
export async function notification(text: RegExp): Promise<void> {
  const page = await workbench();
  await vscode.commands.executeCommand('notifications.showList');
  await page.locator('.notifications-center').getByText(text).first().waitFor({ timeout: 15_000 });
  await vscode.commands.executeCommand('notifications.clearAll');
}

/** Answers what we ask: VS Code refuses to show a dialog while tests run. @returns the questions. */
export async function answering(answer: string | undefined, work: () => Promise<void>): Promise<string[]> {
  const asked: string[] = [];
  const { showWarningMessage } = vscode.window;
  const stub = (message: string): Promise<string | undefined> => {
    asked.push(message);
    return Promise.resolve(answer);
  };
  Object.assign(vscode.window, { showWarningMessage: stub });
  try {
    await work();
  } finally {
    Object.assign(vscode.window, { showWarningMessage });
  }
  return asked;
}

/** Presses a button of the bar above the tree. */
export async function clickNote(button: string): Promise<void> {
  await activeWebview(await workbench())
    .getByRole('button', { name: button, exact: true })
    .click({ timeout: 15_000 });
}

export async function untilDisk(uri: vscode.Uri, disk: string): Promise<void> {
  await until(`the file to be ${disk}`, async () => (await panelOf(uri)).disk === disk || undefined);
}
