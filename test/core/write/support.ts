import { memorySource } from '../../../src/core/bytes/memorySource';
import { openCheckpoint } from '../../../src/core/checkpoint/open';
import { startState, type EditState } from '../../../src/core/edit/state';
import { planSave, type SaveOptions } from '../../../src/core/write/planSave';
import type { SaveTarget } from '../../../src/core/write/saveTarget';
import { writePlan } from '../../../src/core/write/planWriter';
import type { SavePlan } from '../../../src/core/write/savePlan';

/** The state of a file that is held in memory. */
export async function stateOf(bytes: Uint8Array, fileName = 'a.pt'): Promise<EditState> {
  return startState(await openCheckpoint(memorySource(bytes), { fileName }));
}

export async function written(plan: SavePlan): Promise<Buffer> {
  const pieces: Buffer[] = [];
  await writePlan(plan, {
    async write(bytes) {
      pieces.push(Buffer.from(bytes));
    },
  });
  return Buffer.concat(pieces);
}

export async function saved(state: EditState, target: SaveTarget = 'zip', options: SaveOptions = {}): Promise<Buffer> {
  return written(planSave(state, target, options));
}
