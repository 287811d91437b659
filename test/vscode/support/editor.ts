import * as vscode from 'vscode';
import type { OpenState } from '../../../src/host/document';
import type { TestApi, TestPanel } from '../../../src/host/testApi';

export const checkpointViewType = 'checkpointEditor.checkpoint';
export const anyViewType = 'checkpointEditor.any';

let api: TestApi | undefined;

export async function testApi(): Promise<TestApi> {
  const extension = vscode.extensions.getExtension<TestApi>('pytorch-checkpoint-editor.pytorch-checkpoint-editor');
  api ??= await extension?.activate();
  if (api === undefined) {
    throw new Error('the extension gives no test API');
  }
  return api;
}

/** Waits until `look` finds something; what it found last stands in the error. */
export async function until<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  seconds = 20,
): Promise<T> {
  for (let tries = 0; tries < seconds * 20; tries++) {
    const found = await look();
    if (found !== undefined) {
      return found;
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
  throw new Error(`waited for ${what}`);
}

/** Opens a file and waits until it has been read, whatever the outcome. */
export async function openFile(uri: vscode.Uri, viewType = checkpointViewType): Promise<TestPanel> {
  // A preview would be closed by the next one.
  await vscode.commands.executeCommand('vscode.openWith', uri, viewType, { preview: false });
  return settled(uri);
}

/** The active panel once it shows this file, read. */
export async function settled(uri: vscode.Uri): Promise<TestPanel> {
  const { active } = await testApi();
  return until(`${uri.path} to be read`, () => {
    const panel = active();
    return panel?.file === uri.path && panel.state.phase !== 'loading' && panel.ready ? panel : undefined;
  });
}

export function shown(panel: TestPanel): OpenState {
  if (panel.state.phase !== 'open') {
    throw new Error(`${panel.file} is ${panel.state.phase}`);
  }
  return panel.state;
}

/** Questions that a test has left open too. */
export async function closeAll(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}
