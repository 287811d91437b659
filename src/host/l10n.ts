import * as vscode from 'vscode';
import type { Translate } from '../wording/translate';

/** The language of VS Code, from `l10n/bundle.l10n.<language>.json`. */
export const translate: Translate = vscode.l10n.t;
