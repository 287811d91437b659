import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { ArchitectureName, Catalogue, Weights } from '../../core/catalogue/catalogue';
import { cachedFiles, hubCheckpoints } from '../../core/catalogue/hubCache';
import { loadCatalogue } from '../../core/catalogue/loadCatalogue';
import { pretrainedCode } from '../../core/catalogue/pretrainedCode';
import { CheckpointError } from '../../core/errors';
import { formatExact, formatSize } from '../../wording/format';
import { taskName } from '../../wording/pretrained';
import { problemText } from '../editing/problems';
import { translate } from '../l10n';
import { localPath } from '../fileAccess';
import { checkHash, tellWeights } from './checkHash';
import type { Command } from './command';
import { choose, type Choice } from './edit/editCommand';
import { viewTypeFor } from './openInEditor';

/** What torch.hub has downloaded. */
interface Cache {
  readonly folder: string;
  readonly files: ReadonlySet<string>;
}

type Action = 'open' | 'checkHash' | 'copyUrl' | 'copyCode';

/** Published weights of torchvision's architectures: those in torch's own cache can be opened. Nothing is downloaded. */
export const openPretrained: Command = async ({ open, log }) => {
  try {
    const catalogue = await loadCatalogue();
    const folder = hubCheckpoints(process.env, homedir());
    const uri = open.active?.document.uri;
    const path = uri === undefined ? null : localPath(uri);
    await askAndAct(catalogue, { folder, files: await cachedFiles(folder) }, path);
  } catch (error) {
    if (!(error instanceof CheckpointError)) {
      throw error;
    }
    log.error('pretrained weights', error);
    void vscode.window.showWarningMessage(problemText(error, translate));
  }
};

/** @param openPath Path of the file in the active editor; null where there is none. */
async function askAndAct(catalogue: Catalogue, cache: Cache, openPath: string | null): Promise<void> {
  const title = vscode.l10n.t('Open Pretrained');
  const chosen = await choose([...ofOpenFile(openPath), ...architectures(catalogue, cache)], {
    title,
    placeHolder: vscode.l10n.t('Architecture of torchvision {0}', catalogue.version),
  });
  if (chosen === undefined) {
    return;
  }
  if (typeof chosen === 'string') {
    return tellWeights(catalogue, chosen);
  }
  const weights = await choose(weightSets(catalogue.weights(chosen.name), cache), {
    title: `${title}: ${chosen.name}`,
    placeHolder: vscode.l10n.t('Weights'),
  });
  if (weights === undefined) {
    return;
  }
  const path = join(cache.folder, weights.fileName);
  const action = await choose(actions(weights, cache), {
    title: `${title}: ${weights.name}`,
    placeHolder: cache.files.has(weights.fileName)
      ? path
      : vscode.l10n.t('Not in {0}. Nothing is downloaded here.', cache.folder),
  });
  if (action !== undefined) {
    await act(action, { catalogue, builder: chosen.builder, weights, path });
  }
}

/** A file under another name tells by its hash alone which weights it is. */
function ofOpenFile(path: string | null): Choice<string | ArchitectureName>[] {
  return path === null
    ? []
    : [
        {
          label: vscode.l10n.t('Which Weights Is {0}?', basename(path)),
          description: vscode.l10n.t('reads the whole file, and compares its SHA-256'),
          iconPath: new vscode.ThemeIcon('verified'),
          choice: path,
        },
      ];
}

/** Those with weights in the cache first. */
function architectures(catalogue: Catalogue, { files }: Cache): Choice<string | ArchitectureName>[] {
  const items = catalogue.names().map((architecture) => {
    const { name, task } = architecture;
    const cached = catalogue.weights(name).filter(({ fileName }) => files.has(fileName)).length;
    return {
      label: name,
      description: [taskName(task, translate), ...(cached > 0 ? [inCache(cached)] : [])].join(' · '),
      iconPath: new vscode.ThemeIcon(cached > 0 ? 'check' : 'blank'),
      choice: architecture,
      isCached: cached > 0,
    };
  });
  return [...items.filter(({ isCached }) => isCached), ...items.filter(({ isCached }) => !isCached)];
}

function inCache(count: number): string {
  return count === 1
    ? vscode.l10n.t('weights in torch’s cache')
    : vscode.l10n.t('{0} sets of weights in torch’s cache', count);
}

function weightSets(sets: readonly Weights[], { files }: Cache): Choice<Weights>[] {
  return sets.map((weights) => {
    const { name, fileName, bytes, numClasses, isDefault } = weights;
    const isCached = files.has(fileName);
    return {
      label: name.slice(name.indexOf('.') + 1),
      description: [
        ...(isDefault ? [vscode.l10n.t('default')] : []),
        ...(numClasses === null ? [] : [vscode.l10n.t('{0} classes', formatExact(numClasses))]),
        formatSize(bytes),
        ...(isCached ? [vscode.l10n.t('in torch’s cache')] : []),
      ].join(' · '),
      detail: fileName,
      iconPath: new vscode.ThemeIcon(isCached ? 'check' : 'blank'),
      choice: weights,
    };
  });
}

function actions({ fileName, hashPrefix, url }: Weights, { files }: Cache): Choice<Action>[] {
  const ofFile: Choice<Action>[] = [
    { label: vscode.l10n.t('Open'), iconPath: new vscode.ThemeIcon('go-to-file'), choice: 'open' },
    {
      label: vscode.l10n.t('Check Hash'),
      description:
        hashPrefix === null
          ? vscode.l10n.t('its name has none to compare with')
          : vscode.l10n.t('reads the whole file: its SHA-256 has to begin with {0}', hashPrefix),
      iconPath: new vscode.ThemeIcon('verified'),
      choice: 'checkHash',
    },
  ];
  return [
    ...(files.has(fileName) ? ofFile : []),
    {
      label: vscode.l10n.t('Copy URL'),
      description: url,
      iconPath: new vscode.ThemeIcon('link'),
      choice: 'copyUrl',
    },
    {
      label: vscode.l10n.t('Copy Python Code'),
      description: vscode.l10n.t('makes the model; torchvision downloads what is not in its cache'),
      iconPath: new vscode.ThemeIcon('code'),
      choice: 'copyCode',
    },
  ];
}

interface Chosen {
  readonly catalogue: Catalogue;
  readonly builder: string;
  readonly weights: Weights;
  /** Where the file is, or would be. */
  readonly path: string;
}

async function act(action: Action, { catalogue, builder, weights, path }: Chosen): Promise<void> {
  switch (action) {
    case 'open': {
      const uri = vscode.Uri.file(path);
      await vscode.commands.executeCommand('vscode.openWith', uri, viewTypeFor(uri));
      return;
    }
    case 'checkHash':
      return checkHash(catalogue, weights, path);
    case 'copyUrl':
      return copy(weights.url, vscode.l10n.t('URL copied'));
    case 'copyCode':
      return copy(pretrainedCode(builder, weights.name), vscode.l10n.t('Python code copied'));
  }
}

async function copy(text: string, said: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(said, 3_000);
}
