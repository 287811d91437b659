import { describe, expect, it } from 'vitest';
import { editedFile, fiveEdits, noEdits, uneditedFile } from './harness/editedViews';
import { webviewSuite } from './harness/suite';
import type { PageOptions, WebviewPage } from './harness/webviewPage';

const suite = webviewSuite();

async function edited(options: PageOptions = {}): Promise<WebviewPage> {
  const view = await suite.open({ shown: editedFile, ...options });
  view.host.webview.edits(fiveEdits);
  await view.row('fc').locator('.tw').click();
  await view.settled();
  return view;
}

async function unedited(options: PageOptions = {}): Promise<WebviewPage> {
  const view = await suite.open({ shown: uneditedFile, ...options });
  view.host.webview.edits(noEdits);
  await view.settled();
  return view;
}

function activeRole(view: WebviewPage): Promise<string | null | undefined> {
  return view.page.evaluate(() => document.activeElement?.getAttribute('role'));
}

describe('marks', () => {
  it('are a bar, a letter and the old value; ancestors have a dot only', async () => {
    const view = await edited();
    const letter = (label: string): Promise<string | null> => view.row(label).locator('.st').textContent();
    expect(await letter('model_state_dict')).toBe('•');
    expect(await letter('fc')).toBe('M');
    expect(await letter('classifier')).toBe('R');
    expect(await letter('optimizer_state_dict')).toBe('D');
    expect(await letter('num_classes')).toBe('A');
    const weight = view.row('weight');
    expect(await weight.locator('del.was').textContent()).toContain('102');
    expect(await weight.locator('.now').textContent()).toContain('120');
    expect(await view.row('classifier').locator('.was-name').textContent()).toBe('was head');
    const colour = (label: string): Promise<string> =>
      view
        .row(label)
        .locator('.v-num')
        .last()
        .evaluate((value) => getComputedStyle(value).color);
    expect(await colour('epoch')).toBe(await colour('best_acc1'));
    const bar = (label: string): Promise<string> =>
      view.row(label).evaluate((row) => {
        const { width, left, backgroundColor } = getComputedStyle(row, '::before');
        return backgroundColor === 'rgba(0, 0, 0, 0)' ? 'none' : `${width} at ${left}`;
      });
    expect(await bar('epoch')).toBe('3px at 0px');
    expect(await view.row('model_state_dict').evaluate((row) => getComputedStyle(row, '::before').content)).toBe(
      'none',
    );
    const struck = await view
      .row('optimizer_state_dict')
      .locator('.name')
      .evaluate((name) => getComputedStyle(name).textDecorationLine);
    expect(struck).toBe('line-through');
  });

  it('stand in one column, right-aligned in the key cell', async () => {
    const view = await edited();
    const rights = await view.page
      .locator('ce-tree .strip .st')
      .evaluateAll((letters) => letters.map((letter) => Math.round(letter.getBoundingClientRect().right)));
    expect(new Set(rights).size).toBe(1);
  });

  it('say to a screen reader what the letters mean', async () => {
    const view = await edited();
    expect(await view.row('epoch').locator('.said').allTextContents()).toEqual(['Modified', 'was', 'is']);
    expect(await view.row('model_state_dict').locator('.said').allTextContents()).toEqual(['Holds changes']);
  });
});

describe('removed rows', () => {
  it('go and come back with the toggle in the foot', async () => {
    const view = await edited();
    const toggle = view.page.getByRole('button', { name: 'Removed 2' });
    expect(await view.row('lr_scheduler').count()).toBe(1);
    await toggle.click();
    await view.settled();
    expect(await view.row('lr_scheduler').count()).toBe(0);
    view.host.webview.run('toggleRemoved');
    await view.settled();
    expect(await view.row('lr_scheduler').count()).toBe(1);
  });

  it('can be looked at, but are not removed again, renamed, or chosen with Ctrl+A', async () => {
    const view = await edited();
    await view.row('lr_scheduler').click();
    await view.press('Delete', 'F2');
    expect(view.host.askedFor('edit')).toEqual([]);
    expect(await view.page.locator('ce-rename').count()).toBe(0);
    await view.press('Control+a');
    const rows = view.host.askedFor('selection').at(-1)?.[0];
    expect(rows).toHaveLength(329);
  });
});

describe('the summary', () => {
  it('says the size that the file will have, and the one that it has', async () => {
    const view = await edited();
    expect(await view.page.locator('.summary .facts').textContent()).toMatch(/91\.6 MB \(was 181 MB\)/);
    view.host.webview.edits({ ...fiveEdits, saved: 5, savedBytes: 96_049_561 });
    await view.settled();
    expect(await view.page.locator('.summary .facts').textContent()).not.toContain('was');
  });

  it('counts the edits that the file on disk lacks', async () => {
    const view = await unedited();
    const text = async (edits: object): Promise<string | null> => {
      view.host.webview.edits({ ...fiveEdits, ...edits });
      await view.settled();
      return view.page.locator('#ce-edits-button').textContent();
    };
    expect(await view.page.locator('#ce-edits-button').count()).toBe(0);
    expect((await text({}))?.trim()).toBe('5 edits');
    expect((await text({ current: 1 }))?.trim()).toBe('1 edit');
    expect((await text({ saved: 5 }))?.trim()).toBe('Edits');
    expect((await text({ saved: 5, current: 3 }))?.trim()).toBe('2 edits undone');
  });
});

describe('the list of edits', () => {
  it('has the latest first, down to the last save', async () => {
    const view = await edited();
    await view.page.getByRole('button', { name: '5 edits' }).click();
    await view.settled();
    const rows = view.page.locator('ce-edits [role=row]');
    expect((await rows.allTextContents()).map((text) => text.replace(/\s+/g, ' ').trim())).toEqual([
      'Remove optimizer_state_dict and 1 more −90.5 MB',
      'Replace fc: Linear 2048 → 120 +961 KB',
      'Rename head → classifier',
      'Set epoch 24 → 0',
      'Add num_classes = 120',
      'Saved 14:02 181 MB',
    ]);
    expect(await view.page.locator('ce-edits').textContent()).toContain('91.6 MB');
  });

  it('goes back and forth by the keyboard, and closes with Escape', async () => {
    const view = await edited();
    view.host.webview.run('showEdits');
    await view.settled();
    expect(await activeRole(view)).toBe('grid');
    await view.press('ArrowDown', 'ArrowDown', 'Enter');
    expect(view.host.askedFor('goToEdit')).toEqual([[3]]);
    view.host.webview.edits({ ...fiveEdits, current: 3 });
    await view.settled();
    expect(await view.page.locator('ce-edits .undone').count()).toBe(2);
    await view.press('Home', 'Enter');
    expect(view.host.askedFor('goToEdit').at(-1)).toEqual([5]);
    await view.press('Escape');
    expect(await view.page.locator('#ce-edits').isVisible()).toBe(false);
  });

  it('goes back by the button of the row under the pointer, and undoes all', async () => {
    const view = await edited();
    view.host.webview.run('showEdits');
    await view.settled();
    const rows = view.page.locator('ce-edits [role=row]');
    await rows.nth(3).hover();
    await rows.nth(3).getByRole('button', { name: 'Go Back to Here' }).click();
    await view.page.getByRole('button', { name: 'Undo All' }).click();
    await view.page.getByRole('button', { name: 'Copy as Python' }).click();
    await view.settled();
    expect(view.host.askedFor('goToEdit')).toEqual([[2], [0]]);
    expect(view.host.askedFor('copyEditsAsPython')).toEqual([[]]);
  });

  it('shows steps before the last save below it, and what is kept for undo', async () => {
    const view = await edited();
    view.host.webview.edits({ ...fiveEdits, saved: 2, keptBytes: 1_048_576 });
    view.host.webview.run('showEdits');
    await view.settled();
    const texts = await view.page.locator('ce-edits [role=row] .ell').allTextContents();
    expect(texts.slice(3)).toEqual(['Saved 14:02', 'Set epoch 24 → 0', 'Add num_classes = 120', 'Opened']);
    expect(await view.page.locator('ce-edits .kept').textContent()).toContain('1 MB');
  });
});

describe('the selection bar', () => {
  it('edits the selection, and the focus goes where the host says', async () => {
    const view = await unedited();
    view.host.answers = { ...view.host.answers, edit: () => ({ problem: '', focus: 'args' }) };
    await view.row('epoch').click();
    await view.press('Shift+ArrowDown');
    const chosen = view.host.askedFor('selection').at(-1)?.[0];
    await view.page.locator('.foot').getByRole('button', { name: 'Remove' }).click();
    await view.settled();
    const [intent, version] = view.host.askedFor('edit')[0] ?? [];
    expect(intent).toEqual({ kind: 'remove', rows: chosen });
    expect(version).toBe(1);
    await view.show(editedFile, true);
    expect(await view.focusedLabel()).toBe('args');
    expect(await activeRole(view)).toBe('treegrid');
  });

  it('does not open a closed branch for the focus after a removal', async () => {
    const view = await unedited();
    view.host.answers = { ...view.host.answers, edit: () => ({ problem: '', focus: 'cuda_rng_state.0' }) };
    await view.row('epoch').click();
    await view.press('Delete');
    await view.show(editedFile, true);
    expect(await view.focusedLabel()).toBe('cuda_rng_state');
    expect(await view.row('cuda_rng_state').getAttribute('aria-expanded')).toBe('false');
  });

  it('keeps only the selection', async () => {
    const view = await unedited();
    await view.page.getByRole('searchbox').fill('bn1');
    await view.press('ArrowDown', 'Shift+ArrowDown');
    await view.page.getByRole('button', { name: 'Select All 5' }).click();
    await view.page.locator('.foot').getByRole('button', { name: 'Keep Only' }).click();
    await view.settled();
    expect(view.host.askedFor('edit')[0]?.[0]).toMatchObject({ kind: 'keep' });
    expect(view.host.askedFor('selection').at(-1)?.[0]).toHaveLength(5);
  });

  it('says a refusal in the foot, until the selection changes', async () => {
    const view = await unedited();
    view.host.answers = {
      ...view.host.answers,
      edit: () => ({ problem: 'The edit would remove everything that the file holds.', focus: null }),
    };
    await view.press('Delete');
    const alert = view.page.locator('.foot [role=alert]');
    expect(await alert.textContent()).toContain('would remove everything');
    await view.press('ArrowDown');
    expect(await alert.count()).toBe(0);
  });

  it('has no labels where they do not fit', async () => {
    const view = await unedited({ width: 640 });
    await view.press('Control+a');
    const remove = view.page.locator('.foot').getByRole('button', { name: 'Remove' });
    expect((await remove.textContent())?.trim()).toBe('');
    const foot = await view.page.locator('.foot').evaluate((bar) => [bar.scrollWidth, bar.clientWidth]);
    expect(foot[0]).toBe(foot[1]);
  });
});

describe('a document that cannot be edited', () => {
  it('has no controls for it', async () => {
    const view = await unedited();
    view.host.webview.edits({ ...noEdits, readOnly: 'It holds code.' });
    await view.settled();
    await view.press('Delete', 'F2', 'Control+a');
    view.host.webview.run('remapDevices');
    await view.settled();
    expect(view.host.askedFor('edit')).toEqual([]);
    expect(await view.page.locator('ce-rename, ce-devices').count()).toBe(0);
    const names = await view.page.locator('.foot vscode-button').allTextContents();
    expect(names.map((name) => name.trim())).toEqual(['Copy Keys']);
    const context = await view.row('epoch').getAttribute('data-vscode-context');
    expect(JSON.parse(context ?? '')).toMatchObject({ editable: false });
  });

  it('closes a tool that edits', async () => {
    const view = await unedited();
    view.host.webview.run('castDtype');
    await view.page.locator('ce-cast').waitFor();
    view.host.webview.edits({ ...noEdits, readOnly: 'It holds code.' });
    await view.settled();
    expect(await view.page.locator('ce-cast').count()).toBe(0);
  });
});

describe('renaming in place', () => {
  it('takes Enter, and shows what is wrong below the field', async () => {
    const view = await unedited();
    view.host.answers = { ...view.host.answers, edit: () => ({ problem: 'There is an epoch already.', focus: null }) };
    await view.row('best_acc1').click();
    await view.press('F2');
    const field = view.page.locator('ce-rename input');
    expect(await field.inputValue()).toBe('best_acc1');
    expect(await field.evaluate((input: HTMLInputElement) => [input.selectionStart, input.selectionEnd])).toEqual([
      0, 9,
    ]);
    expect(view.host.askedFor('treeFocused').at(-1)).toEqual([false]);
    await view.page.keyboard.type('epoch');
    await view.press('Enter');
    const problem = view.page.locator('ce-rename .problem');
    expect(await problem.textContent()).toBe('There is an epoch already.');
    const [box, below] = await Promise.all([field.boundingBox(), problem.boundingBox()]);
    expect((below?.y ?? 0) >= (box?.y ?? 0) + (box?.height ?? 0)).toBe(true);
    const row = view.host.askedFor('selection').at(-1)?.[0];
    expect(view.host.askedFor('edit')).toEqual([
      [{ kind: 'renameRow', row: Array.isArray(row) ? Number(row[0]) : -1, label: 'epoch' }, 1],
    ]);
    view.host.answers = { ...view.host.answers, edit: () => ({ problem: '', focus: 'args' }) };
    await view.press('Enter');
    await view.show(editedFile, true);
    expect(await view.page.locator('ce-rename').count()).toBe(0);
    expect(await view.focusedLabel()).toBe('args');
  });

  it('shows what is wrong above the field where there is no room below', async () => {
    const view = await unedited({ height: 280 });
    view.host.answers = { ...view.host.answers, edit: () => ({ problem: 'There is one already.', focus: null }) };
    await view.press('End', 'F2');
    await view.page.keyboard.type('x');
    await view.press('Enter');
    const [field, problem] = await Promise.all([
      view.page.locator('ce-rename input').boundingBox(),
      view.page.locator('ce-rename .problem').boundingBox(),
    ]);
    expect((problem?.y ?? 0) + (problem?.height ?? 0)).toBeLessThanOrEqual((field?.y ?? 0) + 2);
  });

  it('ends without an edit on Escape, on leaving, and where nothing was changed', async () => {
    const view = await unedited();
    await view.press('F2');
    await view.page.keyboard.type('x');
    await view.press('Escape');
    expect(await activeRole(view)).toBe('treegrid');
    await view.press('F2', 'Enter');
    expect(await activeRole(view)).toBe('treegrid');
    view.host.webview.run('renameKey');
    await view.page.locator('ce-rename').waitFor();
    await view.page.getByRole('searchbox').click();
    await view.settled();
    expect(await view.page.locator('ce-rename').count()).toBe(0);
    expect(view.host.askedFor('edit')).toEqual([]);
  });

  it('keeps its keys from the tree', async () => {
    const view = await unedited();
    await view.press('F2');
    await view.press('Delete', 'ArrowDown', 'Home', 'Shift+ArrowRight');
    expect(await view.focusedLabel()).toBeNull();
    expect(await view.page.locator('ce-rename input').count()).toBe(1);
    expect(view.host.askedFor('edit')).toEqual([]);
  });
});

describe('saving', () => {
  it('is said after a moment, with numbers, a bar and Cancel', async () => {
    const view = await edited();
    view.host.webview.saving({ done: 0, total: 96_049_561 });
    await view.settled();
    expect(await view.page.locator('.prog').count()).toBe(0);
    view.host.webview.saving({ done: 48_024_780, total: 96_049_561 });
    await view.page.locator('.prog.known').waitFor();
    expect(await view.page.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('50');
    expect(await view.page.locator('.foot').textContent()).toContain('Saving: 45.8 MB of 91.6 MB');
    await view.page.locator('.foot').getByRole('button', { name: 'Cancel' }).click();
    view.host.webview.saving(null);
    await view.settled();
    expect(view.host.askedFor('cancelSaving')).toEqual([[]]);
    expect(await view.page.locator('.prog').count()).toBe(0);
  });

  it('is not said of a quick one', async () => {
    const view = await edited();
    view.host.webview.saving({ done: 0, total: 10 });
    view.host.webview.saving(null);
    await view.page.waitForTimeout(300);
    expect(await view.page.locator('.prog').count()).toBe(0);
  });
});
