import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Confidence } from '../../../../src/core/match/match';
import type { MatchDecision, MatchProposalView } from '../../../../src/protocol/match';
import { formatExact } from '../../../../src/wording/format';
import { confidenceText } from '../../../../src/wording/match';
import { button, icon, iconButton, linkButton } from '../../../components/controls';
import { shownText } from '../../../components/fileText';
import { LightElement } from '../../../components/lightElement';
import { t } from '../../../strings';
import type { EditorStore } from '../../store';
import { section } from '../paneFrame';

/** Names that are proposed: none is taken before it is accepted. */
@customElement('ce-proposals')
export class ProposalsElement extends LightElement {
  @property({ attribute: false }) accessor store: EditorStore | null = null;
  @property({ attribute: false }) accessor proposals: readonly MatchProposalView[] = [];
  /** The one whose button was pressed: what stands in its place then gets the focus. */
  #decided: string | null = null;

  protected override updated(): void {
    const decided = this.#decided;
    const changed = this.proposals.some(({ id, state }) => id === decided && state !== 'open');
    if (decided !== null && changed && !this.contains(document.activeElement)) {
      this.#focus(decided);
    }
  }

  #focus(id: string): void {
    const row = [...this.querySelectorAll<HTMLElement>('[data-proposal]')].find(
      (each) => each.dataset['proposal'] === id,
    );
    row?.querySelector<HTMLElement>('[data-stop]')?.focus();
    this.#decided = null;
  }

  protected override render(): TemplateResult {
    const { proposals } = this;
    const accepted = proposals.filter(({ state }) => state === 'accepted').length;
    const open = proposals.filter(({ state }) => state === 'open').length;
    const title = html`${t('Proposed names')}
      <span class="right dim">${t('{0} of {1} accepted', formatExact(accepted), formatExact(proposals.length))}</span>`;
    return section(
      title,
      html`<div class="proposals" role="list" aria-label=${t('Proposed names')}>
          ${repeat(
            proposals,
            ({ id }) => id,
            (proposal) => this.#proposal(proposal),
          )}
        </div>
        ${
          open < 2
            ? nothing
            : html`<div class="in accept-all">
                ${linkButton(t('Accept All {0}', formatExact(open)), () => {
                  this.#decide(null, 'accept');
                })}
              </div>`
        }`,
    );
  }

  #proposal({ id, title, names, reason, confidence, state }: MatchProposalView): TemplateResult {
    return html`<div class="proposal" role="listitem" data-proposal=${id}>
      <div class="what">
        <div class="ell file-text" title=${shownText(title)}>${emphasized(title, names)}</div>
        <div class="s dim ell" title=${shownText(reason)}>${shownText(reason)}</div>
      </div>
      <div class="gi s">${confidenceIcon(confidence)}${confidenceText(confidence, t)}</div>
      <ce-toolbar class="decide" aria-label=${shownText(title)}
        >${
          state === 'open'
            ? html`${button(t('Accept'), 'secondary', this.#deciding(id, 'accept'))}${button(
                t('Refuse'),
                'secondary',
                this.#deciding(id, 'refuse'),
              )}`
            : html`<span class="gi dim s"
                  >${icon(state === 'accepted' ? 'check' : 'close')}${
                    state === 'accepted' ? t('Accepted') : t('Refused')
                  }</span
                >${iconButton({ icon: 'discard', label: t('Undo'), onClick: this.#deciding(id, 'undo') })}`
        }</ce-toolbar
      >
    </div>`;
  }

  #deciding(id: string, decision: MatchDecision): () => void {
    return () => {
      this.#decide(id, decision);
    };
  }

  #decide(id: string | null, decision: MatchDecision): void {
    this.#decided = decision === 'undo' ? null : id;
    this.store?.matching.run({ kind: 'decide', id, decision });
  }
}

function confidenceIcon(confidence: Confidence): TemplateResult {
  switch (confidence) {
    case 'certain':
      return icon('verified', 'ok');
    case 'likely':
      return icon('info', 'info');
    case 'possible':
      return icon('question', 'dim');
  }
}

/** The parts of a title that come out of the files, in bold. */
function emphasized(title: string, names: readonly string[]): (string | TemplateResult)[] {
  const pieces: (string | TemplateResult)[] = [];
  let at = 0;
  for (const name of names) {
    const start = title.indexOf(name, at);
    if (start >= 0) {
      pieces.push(shownText(title.slice(at, start)), html`<span class="b">${shownText(name)}</span>`);
      at = start + name.length;
    }
  }
  return [...pieces, shownText(title.slice(at))];
}
