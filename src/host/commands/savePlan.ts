import type { Command } from './command';

/** Writes the plans beside the file; where there is none yet, the plan opens, where one is made. */
export const savePlan: Command = async ({ open }) => {
  const session = open.active;
  if (session?.shown === undefined) {
    return;
  }
  if (session.planning.session.hasPlan) {
    await session.planning.run({ kind: 'save' });
  } else {
    session.webview.run('plan');
  }
};
