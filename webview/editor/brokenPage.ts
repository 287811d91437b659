import { html, nothing, type TemplateResult } from 'lit';
import type { BrokenAction, BrokenView } from '../../src/protocol/messages';
import { button, icon, linkButton } from '../components/controls';
import { shownText } from '../components/fileText';
import { codeBlock } from '../components/pythonCode';
import { t } from '../strings';
import type { EditorStore } from './store';

/** A file that cannot be shown as a tree: what it is, what is whole, what to do. */
export function brokenPage(
  store: EditorStore,
  broken: BrokenView,
  detailsShown: boolean,
  toggleDetails: () => void,
): TemplateResult {
  const run = (action: BrokenAction) => () => {
    store.run(store.host.brokenAction(action));
  };
  const { what, title, sentence, facts, command, primary, secondary, details } = broken;
  return html`<header class="summary">
      <span class="facts ell"
        ><span class="strong">${what}</span
        >${broken.asides.map((aside) => html`<span class="dim">${aside}</span>`)}</span
      >
    </header>
    <div class="body">
      <main class="page" tabindex="-1">
        <div class="place">
          ${icon(broken.icon)}
          <div>
            <h1>${title}</h1>
            <p>${sentence}</p>
            ${facts.length === 0 ? nothing : factTable(facts)}${
              command === null
                ? nothing
                : html`<p class="lead">${command.intro}</p>
                    ${codeBlock(command.line, (code) => {
                      store.copy(code);
                    })}`
            }
            <ce-toolbar class="buttons" aria-label=${t('Actions')}
              >${primary === null ? nothing : button(actionLabel(primary), 'primary', run(primary))}${secondary.map(
                (action) => button(actionLabel(action), 'secondary', run(action)),
              )}<span class="grow"></span>${
                details === ''
                  ? nothing
                  : linkButton(detailsShown ? t('Hide Details') : t('Reveal Details'), toggleDetails)
              }</ce-toolbar
            >
            ${detailsShown ? html`<div class="code pad detail-text"><code>${shownText(details)}</code></div>` : nothing}
          </div>
        </div>
      </main>
    </div>`;
}

function factTable(facts: BrokenView['facts']): TemplateResult {
  return html`<dl class="props facts-table">
    ${facts.map(
      ({ label, value }) =>
        html`<dt>${label}</dt>
          <dd><span class="file-text">${shownText(value)}</span></dd>`,
    )}
  </dl>`;
}

function actionLabel(action: BrokenAction): string {
  switch (action) {
    case 'runInTerminal':
      return t('Run in Terminal');
    case 'openAsText':
      return t('Open as Text');
    case 'openWithDefault':
      return t('Open With Default Editor');
    case 'retry':
      return t('Retry');
    case 'openFolder':
      return t('Open Folder');
    case 'openSettings':
      return t('Open Settings');
    case 'copyDetails':
      return t('Copy Details');
  }
}
