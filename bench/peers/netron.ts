import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What is used of Netron's scripts, which have no types. */
interface NetronView {
  readonly ModelFactoryService: new (host: unknown) => { open(context: unknown): Promise<NetronModel> };
}
interface NetronNode {
  readonly FileStream: new (file: string, start: number, length: number, modified: number) => unknown;
}
interface NetronModel {
  readonly format: string;
  readonly modules: readonly {
    readonly nodes: readonly { readonly inputs: readonly { readonly value: readonly unknown[] }[] }[];
  }[];
}

/**
 * Usage: node netron.mjs FOLDER FILE. Opens a file with Netron's own parser, without its interface, and prints how many
 * tensors it found. The folder is that of the PyPI wheel `netron`.
 */
const [folder = '', file = ''] = process.argv.slice(2);
const load = (name: string): Promise<unknown> => import(pathToFileURL(join(folder, name)).href);
const { ModelFactoryService } = (await load('view.js')) as NetronView;
const { FileStream } = (await load('node.js')) as NetronNode;

/** What Netron's desktop host does for its parsers: modules and assets from its own folder, errors shown. */
const host = {
  type: 'Electron',
  environment: () => null,
  event: () => undefined,
  exception: (error: unknown) => {
    console.error(error);
  },
  require: (id: string) => load(`${id}.js`),
  asset: (name: string) => Promise.resolve(readFileSync(join(folder, name), 'utf8')),
  error: (error: unknown) => {
    console.error(error);
  },
};
const { size, mtimeMs } = statSync(file);
const model = await new ModelFactoryService(host).open({
  identifier: basename(file),
  stream: new FileStream(file, 0, size, mtimeMs),
  entries: new Map(),
  asset: host.asset,
  require: host.require,
  error: host.error,
  fetch: () => Promise.resolve(null),
});
const inputs = model.modules.flatMap(({ nodes }) => nodes).flatMap((node) => [...node.inputs]);
const tensors = inputs.reduce((sum, { value }) => sum + value.length, 0);
console.log(JSON.stringify({ format: model.format, tensors }));
