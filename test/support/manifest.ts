import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** package.json, as far as tests look at it. */
export interface Manifest {
  readonly icon: string;
  readonly engines: { readonly vscode: string };
  readonly extensionKind: readonly string[];
  readonly activationEvents?: readonly string[];
  readonly capabilities: Readonly<Record<string, Capability>>;
  readonly contributes: Contributions;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

export interface Capability {
  readonly supported: string;
  readonly description: string;
  readonly restrictedConfigurations?: readonly string[];
}

export interface Contributions {
  readonly customEditors: readonly {
    readonly viewType: string;
    readonly priority: string;
    readonly selector: readonly { readonly filenamePattern: string }[];
  }[];
  readonly commands: readonly ContributedCommand[];
  readonly menus: Readonly<Record<string, readonly MenuEntry[]>>;
  readonly keybindings: readonly {
    readonly command: string;
    readonly key: string;
    readonly mac?: string;
    readonly when: string;
  }[];
  readonly configuration: { readonly properties: Readonly<Record<string, Setting>> };
  readonly walkthroughs: readonly { readonly steps: readonly WalkthroughStep[] }[];
}

export interface ContributedCommand {
  readonly command: string;
  readonly title: string;
  readonly category: string;
  readonly enablement?: string;
}

export interface MenuEntry {
  readonly command: string;
  readonly when?: string;
  readonly group?: string;
}

export interface Setting {
  readonly scope?: string;
  readonly enum?: readonly string[];
  readonly enumDescriptions?: readonly string[];
  readonly markdownEnumDescriptions?: readonly string[];
  readonly description?: string;
  readonly markdownDescription?: string;
}

export interface WalkthroughStep {
  readonly description: string;
  readonly media: { readonly svg: string };
  readonly completionEvents: readonly string[];
}

export function readManifest(root: string): Manifest {
  return readJson(join(root, 'package.json')) as Manifest;
}

/** `package.nls.json` and its translations. */
export function readTexts(root: string, file: string): Readonly<Record<string, string>> {
  return readJson(join(root, file)) as Record<string, string>;
}

export function readJson(path: string): unknown {
  const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
  return parsed;
}
