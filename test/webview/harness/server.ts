import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..', '..');

export type Theme = 'vscode-dark' | 'vscode-light' | 'vscode-high-contrast';

export interface HarnessServer {
  url(theme: Theme): string;
  close(): Promise<void>;
}

/** Bundles the webview as `npm run build` does, and serves it on 127.0.0.1 in a page like the host's. */
export async function startServer(): Promise<HarnessServer> {
  const files = await bundle();
  files.set('/themes.css', { type: 'text/css', body: readFileSync(join(here, 'themes.css')) });
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const file = files.get(url.pathname);
    if (file !== undefined) {
      response.writeHead(200, { 'content-type': file.type }).end(file.body);
    } else if (url.pathname === '/') {
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end(page(url.searchParams.get('theme') ?? 'vscode-dark'));
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: (theme) => `http://127.0.0.1:${port}/?theme=${theme}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => {
          if (error === undefined) {
            resolve();
          } else {
            reject(error);
          }
        });
        server.closeAllConnections();
      }),
  };
}

interface ServedFile {
  readonly type: string;
  readonly body: Uint8Array;
}

const types: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css', '.ttf': 'font/ttf' };

async function bundle(): Promise<Map<string, ServedFile>> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [
      { in: 'webview/editor/main.ts', out: 'editor' },
      { in: 'webview/editor/editor.css', out: 'editor' },
      { in: 'test/webview/harness/inPage.ts', out: 'inPage' },
    ],
    outdir: 'dist/webview',
    bundle: true,
    write: false,
    platform: 'browser',
    target: 'chrome132',
    format: 'esm',
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
    logLevel: 'warning',
  });
  const files = new Map<string, ServedFile>();
  for (const { path, contents } of result.outputFiles) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    files.set(`/${name}`, { type: types[name.slice(name.lastIndexOf('.'))] ?? 'text/plain', body: contents });
  }
  return files;
}

/** As `src/host/webviewHtml.ts` makes it; the theme's variables stand in a sheet instead of the style of <html>. */
function page(theme: string): string {
  const policy = `default-src 'none'; script-src 'nonce-test'; style-src 'self' 'nonce-test'; font-src 'self'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta property="csp-nonce" content="test">
  <link rel="stylesheet" href="/themes.css">
  <link rel="stylesheet" href="/editor.css">
  <title>Checkpoint Editor</title>
</head>
<body class="${theme}" data-vscode-theme-kind="${theme}">
  <checkpoint-editor></checkpoint-editor>
  <script nonce="test" type="module" src="/inPage.js"></script>
  <script nonce="test" type="module" src="/editor.js"></script>
</body>
</html>`;
}
