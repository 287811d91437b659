import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** The page of one panel. It holds no data: everything that is shown arrives as messages. */
export function webviewHtml(webview: vscode.Webview, extensionUri: vscode.Uri): string {
  const file = (name: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, 'dist', 'webview', name)).toString();
  const nonce = randomBytes(16).toString('base64');
  const policy = [
    `default-src 'none'`,
    // The one script of ours.
    `script-src 'nonce-${nonce}'`,
    // The style sheet and the icon font; components use constructed sheets, which need no rule. The nonce is for the one
    // style element by which the toolkit asks whether the browser knows :focus-visible.
    `style-src ${webview.cspSource} 'nonce-${nonce}'`,
    `font-src ${webview.cspSource}`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${vscode.env.language}">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta property="csp-nonce" content="${nonce}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <link rel="stylesheet" href="${file('editor.css')}">
  <title>Checkpoint Editor</title>
</head>
<body>
  <checkpoint-editor></checkpoint-editor>
  <script nonce="${nonce}" type="module" src="${file('editor.js')}"></script>
</body>
</html>`;
}

/** What the webview may load: the bundle, nothing of the workspace. */
export function webviewOptions(extensionUri: vscode.Uri): vscode.WebviewOptions {
  return {
    enableScripts: true,
    localResourceRoots: [vscode.Uri.joinPath(extensionUri, 'dist', 'webview')],
  };
}
