import Mocha from 'mocha';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What `npm test` reads after VS Code has ended. */
interface Outcome {
  passed: number;
  failed: number;
  /** Full titles. */
  skipped: string[];
}

/**
 * Runs every bundled test beside this module inside the extension host; VS Code calls it and ends with its result.
 * The outcome is written to the file that `PTCKPT_RESULTS` names; `PTCKPT_GREP` picks tests by their titles.
 */
export async function run(): Promise<void> {
  process.setSourceMapsEnabled(true);
  // A virtual machine that shows its screen by software needs seconds for what a desktop does at once.
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, color: true, forbidOnly: true });
  const wanted = process.env['PTCKPT_GREP'];
  if (wanted !== undefined) {
    mocha.grep(new RegExp(wanted));
  }
  for (const file of readdirSync(__dirname).sort()) {
    if (file.endsWith('.test.js')) {
      mocha.addFile(join(__dirname, file));
    }
  }
  const outcome = await outcomeOf(mocha);
  const results = process.env['PTCKPT_RESULTS'];
  if (results !== undefined) {
    writeFileSync(results, JSON.stringify(outcome));
  }
  if (outcome.failed > 0 || outcome.passed === 0) {
    throw new Error(`${outcome.failed} failed, ${outcome.passed} passed`);
  }
}

function outcomeOf(mocha: Mocha): Promise<Outcome> {
  return new Promise((resolve) => {
    const outcome: Outcome = { passed: 0, failed: 0, skipped: [] };
    const runner = mocha.run(() => {
      resolve(outcome);
    });
    runner.on('pass', () => {
      outcome.passed += 1;
    });
    runner.on('fail', () => {
      outcome.failed += 1;
    });
    runner.on('pending', (test) => {
      outcome.skipped.push(test.fullTitle());
    });
  });
}
