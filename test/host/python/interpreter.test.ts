import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { activeInterpreter, environmentsOf } from '../../../src/host/python/pythonExtension';
import { findOnPath } from '../../../src/host/python/searchPath';

describe('the search path', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'search-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function program(path: string, mode = 0o755): string {
    const full = join(folder, path);
    mkdirSync(join(full, '..'), { recursive: true });
    writeFileSync(full, '');
    chmodSync(full, mode);
    return full;
  }

  function find(...folders: string[]): Promise<string | null> {
    return findOnPath(['python3', 'python'], folders.map((each) => join(folder, each)).join(delimiter));
  }

  it('gives the better name first, and of one name the first folder', async () => {
    program('a/python');
    const first = program('b/python3');
    program('c/python3');
    expect(await find('a', 'b', 'c')).toBe(first);
  });

  it('gives the other name where there is but that', async () => {
    const only = program('a/python');
    expect(await find('none', 'a')).toBe(only);
  });

  it('passes over folders, and files that are no programs', async () => {
    mkdirSync(join(folder, 'a', 'python3'), { recursive: true });
    program('b/python3', 0o644);
    expect(await find('a', 'b')).toBeNull();
    expect(await findOnPath(['python3'], '')).toBeNull();
  });
});

describe('the Python extension', () => {
  /** As its API is: objects whose methods use `this`. */
  class FakeEnvironments {
    constructor(
      private readonly active: unknown,
      private readonly resolved: unknown,
    ) {}

    getActiveEnvironmentPath(resource: unknown): unknown {
      return { id: this.active, path: resource };
    }

    async resolveEnvironment(environment: unknown): Promise<unknown> {
      expect(environment).toEqual({ id: this.active, path: 'net.pt' });
      return this.resolved;
    }
  }

  async function chosen(resolved: unknown): Promise<string | null | undefined> {
    const environments = environmentsOf({ environments: new FakeEnvironments('venv', resolved) });
    return environments === null ? undefined : await activeInterpreter(environments, 'net.pt');
  }

  it('tells the interpreter of the environment that is chosen for a file', async () => {
    expect(await chosen({ executable: { uri: { fsPath: '/venv/bin/python' } } })).toBe('/venv/bin/python');
  });

  it.each([undefined, {}, { executable: { uri: undefined } }, { executable: { uri: { fsPath: '' } } }])(
    'tells none where its answer is %j',
    async (resolved) => {
      expect(await chosen(resolved)).toBeNull();
    },
  );

  it.each([undefined, null, {}, { environments: {} }, { environments: { resolveEnvironment: 1 } }])(
    'of another version has no environments: %j',
    (api) => {
      expect(environmentsOf(api)).toBeNull();
    },
  );
});
