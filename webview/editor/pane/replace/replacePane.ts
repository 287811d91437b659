import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { EditError } from '../../../../src/core/edit/editError';
import type { EditIntent } from '../../../../src/protocol/edits';
import type { LayersView, LayerView } from '../../../../src/protocol/layers';
import type { Offer } from '../../../components/combo';
import { textArea } from '../../../components/textArea';
import { t } from '../../../strings';
import { section } from '../paneFrame';
import { ToolForm } from '../toolForm';
import { initFields } from './initFields';
import { initialisationOf, plainInit, seedOf, type InitForm } from './initForm';
import { draftOf, isWrong, layerMeant, withField, withLine, withoutTyped, type LayerDraft } from './layerDraft';
import { labelled, layerFields, problemBelow } from './layerFields';

/** Layers that are offered at once; typing narrows them. */
const mostOffers = 200;

/** Replace Layer: a layer of the file, and the line of Python that makes what takes its place. */
@customElement('ce-replace-layer')
export class ReplaceLayerForm extends ToolForm {
  @state() accessor #layers: LayersView | null = null;
  @state() accessor #layer: LayerView | null = null;
  /** What is typed to find a layer; null while one is chosen. */
  @state() accessor #sought: string | null = null;
  @state() accessor #draft: LayerDraft = withLine('');
  /** The line names a layer that the file does not have. */
  @state() accessor #unknown: EditError | null = null;
  @state() accessor #init: InitForm = plainInit;
  /** The line is that of the layer as it is. */
  #untouched = true;
  /** Of the tree that the layers are of; −1 while they are on their way. */
  #version = -1;
  #asked = 0;
  #askedVersion = -1;
  #askedTime = -1;
  #askedRow = -1;
  /** The line is to be selected once it is there: what is pasted takes its place. */
  #selects = false;

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    const { store, view } = this;
    if (store !== null && view !== null) {
      const row = view.selection.focused;
      const isAsked = store.editing.layerAsked !== this.#askedTime;
      const isFollowed = this.#untouched && row !== this.#askedRow && row >= 0 && view.index.isLayer(row);
      if (isAsked || isFollowed || store.version !== this.#askedVersion) {
        this.#askedTime = store.editing.layerAsked;
        this.#selects ||= isAsked;
        this.#ask(row, isAsked || isFollowed ? null : this.#layer);
      }
    }
    super.willUpdate(changed);
  }

  protected override updated(): void {
    if (this.#selects && this.#layer !== null) {
      this.#selects = false;
      // The pane gives its first field the focus within this task.
      setTimeout(() => {
        const line = this.querySelector<HTMLElement>('vscode-text-area');
        const focused = document.activeElement;
        // Layers that come late find the focus on the pane itself, which had no field yet.
        if (line !== null && (focused === line || focused?.matches('.pane .scroll') === true)) {
          line.focus({ preventScroll: true });
          line.shadowRoot?.querySelector('textarea')?.select();
        }
      });
    }
  }

  /** @param kept the layer that stays chosen where it is still there. */
  #ask(row: number, kept: LayerView | null): void {
    const { store } = this;
    if (store === null) {
      return;
    }
    const { version } = store;
    const asked = ++this.#asked;
    this.#askedVersion = version;
    this.#askedRow = row;
    this.#version = -1;
    store.host.layers(row < 0 ? null : row, version).then((layers) => {
      if (asked === this.#asked) {
        this.#show(layers, version, kept);
      }
    }, store.failed);
  }

  #show(view: LayersView, version: number, kept: LayerView | null): void {
    const same = kept === null ? undefined : view.layers.find(({ key }) => key === kept.key);
    const layer = same ?? view.layers.find(({ layer: id }) => id === view.meant) ?? null;
    this.#layers = view;
    this.#version = version;
    if (same !== undefined && !this.#untouched) {
      this.#layer = same;
    } else if (layer !== null) {
      this.#choose(layer);
    }
  }

  #choose(layer: LayerView): void {
    this.#layer = layer;
    this.#sought = null;
    this.#unknown = null;
    this.#untouched = true;
    this.#draft = draftOf(layer);
  }

  protected override inputs(): readonly unknown[] {
    return [this.#layer, this.#draft, this.#unknown, this.#sought, this.#init, this.#version];
  }

  protected override intent(): EditIntent | null {
    const [layer, initialisation, seed] = [this.#layer, initialisationOf(this.#init), seedOf(this.#init)];
    const isReady = this.#version === this.store?.version && this.#sought === null && this.#unknown === null;
    return !isReady || layer === null || initialisation === null || seed === null || isWrong(this.#draft)
      ? null
      : {
          kind: 'replaceLayer',
          layer: layer.layer,
          call: this.#draft.line,
          initialisation,
          keepOverlap: this.#init.keepOverlap,
          seed,
        };
  }

  protected override form(): TemplateResult {
    return html`<div class="in fields replace">
        ${labelled(
          t('Layer'),
          html`${this.#layerField()}<span class="dim ell"
              >${this.#sought === null ? this.#layer?.description : nothing}</span
            >`,
        )}
        <div class="call">
          ${textArea({
            label: t('Line of Python'),
            placeholder: 'fc = nn.Linear(2048, 120)',
            rows: 2,
            value: this.#draft.line,
            resetTo: this.#layer === null ? '' : draftOf(this.#layer).line,
            first: true,
            wrong: this.#draft.problem !== null || this.#unknown !== null,
            onInput: this.#onLine,
            onAccept: this.apply,
          })}${problemBelow(this.#draft.problem ?? this.#unknown)}
        </div>
      </div>
      ${layerFields(this.#draft, { onInput: this.#onField, onCommit: this.#onFieldLeft, onAccept: this.apply })}
      ${section(
        t('Initialisation'),
        initFields(
          this.#init,
          (init) => {
            this.#init = init;
          },
          this.apply,
        ),
      )}
      ${this.resultSection(this.#layers?.count === 0 ? t('The file has no layers.') : t('Nothing is replaced yet.'))}
      ${this.pythonSection()}`;
  }

  #layerField(): TemplateResult {
    const text = this.#sought ?? this.#layer?.key ?? '';
    return html`<ce-combo
      .label=${t('Layer')}
      .placeholder=${t('Name of a layer')}
      .value=${text}
      .wrong=${this.#sought !== null && this.#layers !== null}
      .offers=${this.#offers()}
      .suggests=${true}
      .onInput=${this.#onSought}
      .onAccept=${this.apply}
    ></ce-combo>`;
  }

  /** Those with the text that is typed; around the layer that is chosen. */
  #offers(): readonly Offer[] {
    const { layers } = this.#layers ?? { layers: [] };
    const sought = this.#sought?.trim().toLowerCase() ?? null;
    const fitting = sought === null ? layers : layers.filter(({ key }) => key.toLowerCase().includes(sought));
    const at = this.#layer === null ? 0 : Math.max(0, fitting.indexOf(this.#layer));
    const first = Math.max(0, Math.min(at - mostOffers / 2, fitting.length - mostOffers));
    return fitting
      .slice(first, first + mostOffers)
      .map(({ key, description }) => ({ value: key, secondary: description }));
  }

  readonly #onSought = (text: string): void => {
    const found = this.#layers?.layers.find(({ key }) => key === text.trim());
    if (found === undefined) {
      this.#sought = text;
    } else if (found === this.#layer) {
      this.#sought = null;
    } else {
      this.#choose(found);
    }
  };

  readonly #onLine = (text: string): void => {
    // What is pasted may have more lines than one.
    const line = text.replace(/\s*\n\s*/g, ' ');
    if (this.#layer !== null && line === draftOf(this.#layer).line) {
      this.#choose(this.#layer);
      return;
    }
    this.#untouched = false;
    this.#draft = withLine(line, this.#draft.spec);
    this.#followName();
  };

  /** The line may name another layer than the one that is chosen. */
  #followName(): void {
    const present = this.#layer;
    const meant = present === null ? null : layerMeant(this.#layers?.layers ?? [], this.#draft.line, present);
    this.#unknown = meant instanceof EditError ? meant : null;
    if (meant !== null && !(meant instanceof EditError)) {
      this.#layer = meant;
      this.#sought = null;
    }
  }

  readonly #onField = (name: string, text: string): void => {
    this.#untouched = false;
    this.#draft = withField(this.#draft, name, text);
  };

  readonly #onFieldLeft = (name: string): void => {
    this.#draft = withoutTyped(this.#draft, name);
  };
}
