import * as vscode from 'vscode';
import type { Checkpoint, CheckpointKind, Path } from '../../../core/checkpoint/checkpoint';
import { keyOf } from '../../../core/checkpoint/path';
import type { AddFrom, Wrap } from '../../../core/edit/operations';
import { ask, choose, editCommand, trial, type Choice, type Editing } from './editCommand';
import { branchText } from './branchText';

type NamedValue = NonNullable<Wrap['values']>[number];

/** What is to come of the file: itself under a key, values beside it, and branches of other files. */
interface Plan {
  readonly key: string;
  readonly values: NamedValue[];
  readonly parts: AddFrom[];
}

/** Makes a checkpoint of one's own: what the file holds under a key, and more beside it. */
export const wrap = editCommand(async (editing) => {
  const plan = await askForPlan(editing);
  if (plan === undefined) {
    return;
  }
  const { document } = editing.session;
  document.apply(wrapOf(plan));
  for (const part of plan.parts) {
    document.apply(part);
  }
});

function wrapOf({ key, values }: Plan): Wrap {
  return { kind: 'wrap', key, ...(values.length > 0 && { values }) };
}

const title = (): string => vscode.l10n.t('Wrap');

async function askForPlan(editing: Editing): Promise<Plan | undefined> {
  const key = await ask({
    title: title(),
    prompt: vscode.l10n.t('Key for what the file holds now'),
    value: usualKey(editing.shown.checkpoint.kind),
    check: (text) => trial(editing, { kind: 'wrap', key: text }),
  });
  if (key === undefined) {
    return undefined;
  }
  const plan: Plan = { key, values: [], parts: [] };
  for (;;) {
    const next = await choose<'done' | 'value' | 'part'>(
      [
        { label: vscode.l10n.t('Done'), description: summaryOf(plan), choice: 'done' },
        { label: vscode.l10n.t('Add Value…'), description: 'epoch = 17', choice: 'value' },
        { label: vscode.l10n.t('Add Part of Another File…'), description: 'optimizer_state_dict', choice: 'part' },
      ],
      { title: title(), placeHolder: vscode.l10n.t('What else the checkpoint is to hold'), ignoreFocusOut: true },
    );
    switch (next) {
      case undefined:
        return undefined;
      case 'done':
        return plan;
      case 'value':
        await addValue(editing, plan);
        break;
      case 'part':
        await addPart(editing, plan);
        break;
    }
  }
}

/** As people name it in checkpoints of their own. */
function usualKey(kind: CheckpointKind): string {
  switch (kind) {
    case 'module':
      return 'model';
    case 'optimizer':
      return 'optimizer_state_dict';
    case 'state-dict':
      return 'model_state_dict';
    default:
      return 'checkpoint';
  }
}

function namesOf({ key, values, parts }: Plan): string[] {
  return [key, ...values.map(({ name }) => name), ...parts.map(({ path }) => keyOf(path))];
}

function summaryOf(plan: Plan): string {
  return namesOf(plan).join(', ');
}

function askForName(editing: Editing, plan: Plan, value = ''): Promise<string | undefined> {
  return ask({
    title: title(),
    prompt: vscode.l10n.t('Key'),
    value,
    check: (name) => trial(editing, wrapOf({ ...plan, values: [...named(plan), { name, literal: 'None' }] })),
  });
}

/** Everything beside the file itself, as values: keys must differ, whatever they hold. */
function named({ values, parts }: Plan): NamedValue[] {
  return [...values, ...parts.map(({ path }) => ({ name: keyOf(path), literal: 'None' }))];
}

async function addValue(editing: Editing, plan: Plan): Promise<void> {
  const name = await askForName(editing, plan);
  if (name === undefined) {
    return;
  }
  const literal = await ask({
    title: title(),
    prompt: vscode.l10n.t('Python literal for “{0}”', name),
    placeHolder: '17',
    check: (text) => trial(editing, wrapOf({ ...plan, values: [...plan.values, { name, literal: text }] })),
  });
  if (literal !== undefined) {
    plan.values.push({ name, literal });
  }
}

async function addPart(editing: Editing, plan: Plan): Promise<void> {
  const { document } = editing.session;
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Add Part of Another File'),
      openLabel: vscode.l10n.t('Add'),
      defaultUri: document.uri.with({ path: document.uri.path.slice(0, document.uri.path.lastIndexOf('/') + 1) }),
    })) ?? [];
  if (uri === undefined) {
    return;
  }
  const resource = await document.resourceFiles.open(uri);
  const other = document.resources.get(resource);
  const part = other === undefined ? undefined : await askForPart(other);
  const name = part === undefined ? undefined : await askForName(editing, plan, part.key);
  if (part !== undefined && name !== undefined) {
    const { from, asStateDict } = part;
    plan.parts.push({ kind: 'addFrom', path: [name], resource, from, ...(asStateDict && { asStateDict }) });
  }
}

interface Part {
  readonly from: Path;
  readonly asStateDict: boolean;
  /** The key that is proposed for it. */
  readonly key: string;
}

/** The whole of the other file, or one of its branches; of a module itself or its state dict. */
async function askForPart(checkpoint: Checkpoint): Promise<Part | undefined> {
  const branches = checkpoint.branches.filter(({ path, role }) => path.length <= 1 || role === 'state-dict');
  const items = branches.flatMap((branch): Choice<Part>[] => {
    const { path: from, role } = branch;
    const label = from.length === 0 ? vscode.l10n.t('the whole file') : keyOf(from);
    const description = branchText(checkpoint, branch);
    const key = from.length === 0 ? usualKey(checkpoint.kind) : keyOf(from.slice(-1));
    const whole: Choice<Part> = { label, description, choice: { from, asStateDict: false, key } };
    return role === 'module'
      ? [
          whole,
          {
            label: vscode.l10n.t('{0}: its state dict', label),
            description,
            choice: { from, asStateDict: true, key: 'model_state_dict' },
          },
        ]
      : [whole];
  });
  const [only] = items;
  return items.length === 1
    ? only?.choice
    : choose(items, {
        title: vscode.l10n.t('Add Part of Another File'),
        placeHolder: vscode.l10n.t('What to add of the other file'),
        ignoreFocusOut: true,
      });
}
