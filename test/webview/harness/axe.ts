import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { WebviewPage } from './webviewPage';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResult {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}

/** What axe-core finds wrong: rule and element. */
export async function axeViolations(view: WebviewPage): Promise<string[]> {
  await view.page.evaluate(axe);
  const { violations } = await view.page.evaluate(() => {
    const { axe: checker } = window as unknown as { axe: { run(options: object): Promise<AxeResult> } };
    return checker.run({ resultTypes: ['violations'], rules: { region: { enabled: false } } });
  });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}
