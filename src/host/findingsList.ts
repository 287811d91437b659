import * as vscode from 'vscode';
import type { Finding } from '../core/findings';
import { findingText } from '../wording/findings';
import { translate } from './l10n';

const icons: Readonly<Record<Finding['severity'], string>> = {
  info: '$(info)',
  warning: '$(warning)',
  error: '$(error)',
};

/** Everything that was found in a file, to be read and searched. */
export async function showFindings(findings: readonly Finding[]): Promise<void> {
  const items = findings.map((finding) => ({
    label: `${icons[finding.severity]} ${finding.code}`,
    detail: findingText(finding, translate),
  }));
  await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('What was found in this file'),
    matchOnDetail: true,
  });
}
