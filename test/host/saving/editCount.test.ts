import { describe, expect, it } from 'vitest';
import { EditCount } from '../../../src/host/saving/editCount';

function times(count: number, step: () => void): void {
  for (let time = 0; time < count; time++) {
    step();
  }
}

describe('what VS Code makes of edits', () => {
  it('is clean at first, after a save, and when all edits are undone', () => {
    const count = new EditCount();
    expect(count.looksClean).toBe(true);
    times(2, () => {
      count.edited();
    });
    expect(count.looksClean).toBe(false);
    times(2, () => {
      count.undone();
    });
    expect(count.looksClean).toBe(true);
    count.redone();
    count.saved();
    expect(count.looksClean).toBe(true);
  });

  it('is wrongly clean after as many new edits as were undone since the save', () => {
    const count = new EditCount();
    times(3, () => {
      count.edited();
    });
    count.saved();
    times(3, () => {
      count.undone();
    });
    expect(count.looksClean).toBe(false);
    times(3, () => {
      count.edited();
    });
    expect(count.looksClean).toBe(true);
  });

  it('is dirty after a content change until a save or a revert, whatever is undone', () => {
    const count = new EditCount();
    count.edited();
    count.contentChanged();
    count.undone();
    expect(count.looksClean).toBe(false);
    count.saved();
    expect(count.looksClean).toBe(true);
    count.edited();
    count.contentChanged();
    count.reverted();
    expect(count.looksClean).toBe(true);
  });
});
