import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { editCommandNames } from '../../src/host/commands/names';
import { editKeys } from '../../src/host/editing/contextKeys';
import { readManifest, readTexts } from '../support/manifest';

/** The conventions of VS Code that package.json shows; each test names one. */

const root = join(import.meta.dirname, '../..');
const manifest = readManifest(root);
const { contributes } = manifest;
const { commands, menus } = contributes;
const english = readTexts(root, 'package.nls.json');
const chinese = readTexts(root, 'package.nls.zh-cn.json');
const settings = Object.entries(contributes.configuration.properties);

/** Every string of the manifest, with the way to it. */
function strings(value: unknown, path: string): [path: string, text: string][] {
  if (typeof value === 'string') {
    return [[path, value]];
  }
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, item]) => strings(item, `${path}.${key}`))
    : [];
}

describe('custom editors', () => {
  it('opens by itself what is a checkpoint by its name, and anything else on demand', () => {
    const [own, any] = contributes.customEditors;
    expect(own).toMatchObject({ viewType: 'checkpointEditor.checkpoint', priority: 'default' });
    expect(own?.selector.map((one) => one.filenamePattern)).toEqual([
      '*.pt',
      '*.pth',
      '*.pth.tar',
      '*.ckpt',
      '*.pkl',
      '*.ptl',
    ]);
    expect(any).toMatchObject({ viewType: 'checkpointEditor.any', priority: 'option' });
    expect(any?.selector).toEqual([{ filenamePattern: '*' }]);
  });
});

describe('where it runs', () => {
  it('declares what works in Restricted Mode and in virtual workspaces, and says why', () => {
    for (const capability of ['untrustedWorkspaces', 'virtualWorkspaces']) {
      expect(manifest.capabilities[capability]?.supported).toBe('limited');
      expect(english[`capabilities.${capability}`]).toBeTruthy();
    }
  });

  it('runs where the files are, and has no entry for the browser', () => {
    expect(manifest.extensionKind).toEqual(['workspace']);
    expect(manifest).not.toHaveProperty('browser');
  });

  it('starts on demand only', () => {
    expect(manifest.activationEvents ?? []).toEqual([]);
  });

  it('depends on no other extension', () => {
    expect(manifest).not.toHaveProperty('extensionDependencies');
  });

  it('asks for a VS Code that its types describe', () => {
    expect(manifest.engines.vscode).toBe(`^${manifest.devDependencies['@types/vscode'] ?? ''}.0`);
  });
});

describe('commands', () => {
  it('are all in one category, in title case, without a full stop or emoji', () => {
    for (const { title, category } of commands) {
      expect(category).toBe('%category%');
      const text = english[title.slice(1, -1)] ?? '';
      // Names of torch's own (`requires_grad`) keep their case.
      expect(text).toMatch(/^[A-Z]\S*( ([A-Z]\S*|[a-z]+_\S+|in|to|of|a|as|for|with|from|and))*$/);
      expect(text).not.toMatch(/\.$|\p{Extended_Pictographic}/u);
    }
  });

  it('are named checkpointEditor.<verbNoun>', () => {
    for (const { command } of commands) {
      expect(command).toMatch(/^checkpointEditor\.[a-z]+([A-Z][a-z]+)*$/);
    }
  });

  it('show in the palette only where they can work', () => {
    const palette = new Map(menus['commandPalette']?.map((entry) => [entry.command, entry.when]));
    // These two need no file that is open.
    const anywhere = ['checkpointEditor.open', 'checkpointEditor.openPretrained'];
    for (const { command, enablement } of commands) {
      if (!anywhere.includes(command)) {
        expect(enablement, command).toMatch(/checkpointEditor\./);
        expect(palette.get(command), command).toBe(enablement);
      }
    }
  });

  it('stand in menus under a condition, and only with commands that exist', () => {
    const known = new Set(commands.map(({ command }) => command));
    for (const [menu, entries] of Object.entries(menus)) {
      for (const { command, when } of entries) {
        expect(known, menu).toContain(command);
        expect(when, `${menu} ${command}`).toBeTruthy();
      }
    }
  });

  it('edit only where the file can be edited', () => {
    // Those that show what was edited work on any file that was.
    const shows = new Set(['showEdits', 'toggleRemoved', 'copyEditsAsPython']);
    const edits = editCommandNames.filter((name) => !shows.has(name));
    for (const name of edits) {
      const command = commands.find((each) => each.command === `checkpointEditor.${name}`);
      expect(command?.enablement, name).toMatch(/^checkpointEditor\.editable\b/);
    }
    expect(edits.length).toBeGreaterThan(15);
  });

  it('name context keys that the extension sets', () => {
    const ours = ['shown', 'treeFocused', 'hasFlagged', 'hasSelection', ...Object.keys(editKeys(undefined))];
    const viewTypes = contributes.customEditors.map(({ viewType }) => viewType);
    const known = new Set([...ours.map((key) => `checkpointEditor.${key}`), ...viewTypes]);
    const clauses = [
      ...commands.map(({ enablement }) => enablement ?? ''),
      ...Object.values(menus).flatMap((entries) => entries.map(({ when }) => when ?? '')),
      ...contributes.keybindings.map(({ when }) => when),
    ];
    const named = new Set(clauses.flatMap((clause) => clause.match(/checkpointEditor\.\w+/g) ?? []));
    expect([...named].filter((key) => !known.has(key))).toEqual([]);
    expect(ours.filter((key) => !named.has(`checkpointEditor.${key}`))).toEqual([]);
  });

  it('stay out of the buttons of the title bar', () => {
    for (const { command, group } of menus['editor/title'] ?? []) {
      expect(group, command).not.toMatch(/^navigation/);
    }
  });
});

describe('key bindings', () => {
  it('work in the tree alone: not in Explorer, a terminal or a text field while a checkpoint is open', () => {
    for (const { command, when } of contributes.keybindings) {
      expect(when, command).toContain('checkpointEditor.treeFocused');
    }
  });

  it('rename and remove as elsewhere in VS Code', () => {
    const keys = new Map(contributes.keybindings.map(({ command, key }) => [command, key]));
    expect(keys.get('checkpointEditor.renameKey')).toBe('f2');
    expect(keys.get('checkpointEditor.removeSelected')).toBe('delete');
  });

  it('follow the Mac where Ctrl is Cmd', () => {
    for (const { command, key, mac } of contributes.keybindings) {
      if (key.includes('ctrl')) {
        expect(mac, command).toBe(key.replace('ctrl', 'cmd'));
      }
    }
  });
});

describe('settings', () => {
  it('each have a default, a scope and a description, choices too', () => {
    for (const [name, setting] of settings) {
      expect(name).toMatch(/^checkpointEditor(\.[a-zA-Z]+){2,}$/);
      expect(setting, name).toHaveProperty('default');
      expect(setting, name).toHaveProperty('scope');
      expect(setting.markdownDescription ?? setting.description, name).toMatch(/^%.+%$/);
      const choices = setting.enumDescriptions ?? setting.markdownEnumDescriptions;
      expect(choices?.length, name).toBe(setting.enum?.length);
    }
  });

  it('that name a program are this machine’s, and not an untrusted workspace’s to give', () => {
    expect(settings.filter(([, { scope }]) => scope === 'machine').map(([name]) => name)).toEqual(
      manifest.capabilities['untrustedWorkspaces']?.restrictedConfigurations,
    );
  });

  it('are those of this version: nothing announces what is not there', () => {
    expect(settings.map(([name]) => name)).toEqual([
      'checkpointEditor.tree.order',
      'checkpointEditor.save.mode',
      'checkpointEditor.save.keepPrevious',
      'checkpointEditor.python.interpreter',
      'checkpointEditor.remoteFileSystem.maxMB',
    ]);
  });
});

describe('walkthrough', () => {
  it('is one, of few steps, each with an action and a picture that follows the theme', () => {
    expect(contributes.walkthroughs).toHaveLength(1);
    const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
    expect(steps.length).toBeLessThanOrEqual(5);
    for (const { description, media, completionEvents } of steps) {
      expect(english[description.slice(1, -1)]).toMatch(/\]\(command:checkpointEditor\.\w+\)$/);
      expect(completionEvents).toHaveLength(1);
      const svg = readFileSync(join(root, media.svg), 'utf8');
      expect(svg).toContain('var(--vscode-foreground)');
      expect(svg).not.toMatch(/#[0-9a-f]{3,8}\b|rgba?\(|<script|<image/i);
    }
  });
});

describe('translations', () => {
  const placeholders = strings(manifest, '')
    .map(([, text]) => /^%(.+)%$/.exec(text)?.[1])
    .filter((key) => key !== undefined);

  it('has every text of the manifest in English and Chinese, and no others', () => {
    const used = [...new Set(placeholders)].sort();
    expect(Object.keys(english).sort()).toEqual(used);
    expect(Object.keys(chinese).sort()).toEqual(used);
  });

  it('leaves no text for people in the manifest itself', () => {
    const forPeople = /\.(title|description|markdownDescription|displayName|category|altText|enumDescriptions\.\d+)$/;
    for (const [path, text] of strings({ capabilities: manifest.capabilities, contributes }, '')) {
      if (forPeople.test(path)) {
        expect(text, path).toMatch(/^%.+%$/);
      }
    }
  });

  it('keeps commands, settings and keys as they are in Chinese', () => {
    const code = (text: string) => text.match(/`[^`]+`|command:[\w.]+|Ctrl\+F|Cmd\+F/g)?.sort() ?? [];
    for (const [key, text] of Object.entries(english)) {
      expect(code(chinese[key] ?? ''), key).toEqual(code(text));
    }
  });
});

describe('what else belongs to an extension', () => {
  it('has an icon, a licence, a readme and a changelog', () => {
    for (const path of [manifest.icon, 'LICENSE', 'README.md', 'README.zh-CN.md', 'CHANGELOG.md']) {
      expect(existsSync(join(root, path)), path).toBe(true);
    }
  });

  it('has no telemetry: nothing of it among its dependencies or its sources', () => {
    const names = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(names.filter((name) => /telemetry|appinsights|analytics/i.test(name))).toEqual([]);
  });
});
