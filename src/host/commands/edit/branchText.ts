import * as vscode from 'vscode';
import type { Branch, Checkpoint } from '../../../core/checkpoint/checkpoint';
import { tensorCount } from '../../../wording/summary';
import { translate } from '../../l10n';

/** `state dict, 320 tensors` */
export function branchText({ entries }: Checkpoint, { role, type, first, end }: Branch): string {
  const tensors = entries.slice(first, end).filter(({ kind }) => kind === 'tensor').length;
  return `${roleText(role) ?? type}, ${tensorCount(tensors, translate)}`;
}

function roleText(role: Branch['role']): string | null {
  switch (role) {
    case 'state-dict':
      return vscode.l10n.t('state dict');
    case 'optimizer':
      return vscode.l10n.t('optimizer');
    case 'module':
      return vscode.l10n.t('module');
    case null:
      return null;
  }
}
