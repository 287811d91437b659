/**
 * Builds for production into `target` and copies beside it what else .vscodeignore chooses from.
 *
 * @param {string} target an empty folder
 */
export function stageExtension(target: string): void;
/** Switches under which vsce packs: everything is bundled, and there is no public repository to link to yet. */
export const vsceSwitches: string[];
/** Path of vsce's script. */
export const vsce: string;
