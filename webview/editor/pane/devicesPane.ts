import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { DevicesView, EditIntent } from '../../../src/protocol/edits';
import { formatCount, formatExact, formatSize } from '../../../src/wording/format';
import { linkButton } from '../../components/controls';
import { shownText } from '../../components/fileText';
import { textField } from '../../components/textField';
import { t } from '../../strings';
import { literalClass } from '../tree/cells';
import { section } from './paneFrame';
import { ToolForm } from './toolForm';

/** A device named beside the tags of storages. */
type Place = DevicesView['elsewhere'][number];

/** Remap Devices: every device of the file, and where its storages are to be loaded. */
@customElement('ce-devices')
export class DevicesForm extends ToolForm {
  @state() accessor #devices: DevicesView | null = null;
  /** By device; none for what stays. */
  @state() accessor #targets: Readonly<Record<string, string>> = {};
  @state() accessor #pasted = '';
  @state() accessor #pasteProblem = '';
  #devicesOf: readonly unknown[] = [];
  #focusWanted = true;

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    const inputs = this.scopeInputs();
    if (inputs.some((input, at) => input !== this.#devicesOf[at])) {
      this.#devicesOf = inputs;
      this.#askForDevices(inputs);
    }
    super.willUpdate(changed);
  }

  /** The pane got the focus when it opened, before its first field was there. */
  protected override updated(): void {
    if (this.#devices !== null && this.#focusWanted) {
      this.#focusWanted = false;
      setTimeout(() => {
        if (document.activeElement?.matches('.pane .scroll') === true) {
          this.querySelector<HTMLElement>('[data-first]')?.focus();
        }
      });
    }
  }

  #askForDevices(inputs: readonly unknown[]): void {
    const { store } = this;
    store?.host.devices(this.rows(), store.version).then((devices) => {
      if (inputs === this.#devicesOf) {
        this.#devices = devices;
      }
    }, store.failed);
  }

  protected override inputs(): readonly unknown[] {
    return [this.#targets, this.#devices];
  }

  protected override intent(): EditIntent | null {
    const moved = (this.#devices?.devices ?? []).flatMap(({ device }): [string, string][] => {
      const target = this.#target(device);
      return target === '' || target === device ? [] : [[device, target]];
    });
    return moved.length === 0 ? null : { kind: 'remap', map: Object.fromEntries(moved), rows: this.rows() };
  }

  #target(device: string): string {
    return Object.hasOwn(this.#targets, device) ? (this.#targets[device] ?? '').trim() : '';
  }

  protected override form(): TemplateResult {
    const { index, selectionSummary } = this.view ?? { index: null, selectionSummary: null };
    const tensors = index?.tensorCount ?? 0;
    const all = tensors === 1 ? t('The only tensor') : t('All {0} tensors', formatExact(tensors));
    const { devices, elsewhere, elsewhereCount } = this.#devices ?? { devices: [], elsewhere: [], elsewhereCount: 0 };
    return html`${this.scopeChoice(all, selectionSummary?.tensors ?? 0)}
      <div class="tbl form devices" role="table" aria-label=${t('Devices')}>
        <div class="hd" role="row">
          <div role="columnheader">${t('Saved on')}</div>
          <div role="columnheader" class="num">${t('Tensors')}</div>
          <div role="columnheader" class="num">${t('Size')}</div>
          <div role="columnheader">${t('Load on')}</div>
        </div>
        ${devices.map((each, at) => this.#device(each, at === 0))}
      </div>
      ${this.#paste()}
      ${
        elsewhere.length === 0
          ? nothing
          : section(
              t('Also names a device'),
              html`<div class="list-in">
                ${elsewhere.map((place) => this.#place(place))}${
                  elsewhereCount > elsewhere.length
                    ? html`<div class="line in dim">
                        ${t('and {0} more', formatExact(elsewhereCount - elsewhere.length))}
                      </div>`
                    : nothing
                }
              </div>`,
            )
      }
      ${this.pythonSection()}${this.resultSection(t('Nothing moves yet.'))}`;
  }

  #device({ device, tensors, bytes }: DevicesView['devices'][number], first: boolean): TemplateResult {
    const target = this.#target(device);
    return html`<div class="row" role="row">
      <div role="cell" class="ell file-text">${shownText(device)}</div>
      <div role="cell" class="num">${formatCount(tensors)}</div>
      <div role="cell" class="num">${formatSize(bytes)}</div>
      <div role="cell" class="control">
        <ce-combo
          class="tight"
          .label=${t('Load {0} on', shownText(device))}
          .value=${target}
          .placeholder=${t('unchanged')}
          .offers=${(this.#devices?.targets ?? []).filter((value) => value !== device).map((value) => ({ value }))}
          .first=${first}
          .onInput=${(value: string) => {
            this.#targets = { ...this.#targets, [device]: value };
          }}
          .onAccept=${this.apply}
        ></ce-combo>
      </div>
    </div>`;
  }

  #paste(): TemplateResult {
    return html`<div class="in paste">
      ${textField({
        label: t('Paste a map_location'),
        placeholder: t('Paste a map_location: {0}', '"cpu", {"cuda:1": "cuda:0"}, …'),
        value: this.#pasted,
        wrong: this.#pasteProblem !== '',
        onInput: (text) => {
          this.#pasted = text;
          this.#understand(text);
        },
      })}
      ${this.#pasteProblem === '' ? nothing : html`<div class="problem" role="alert">${this.#pasteProblem}</div>`}
    </div>`;
  }

  #understand(text: string): void {
    const { store } = this;
    if (text.trim() === '') {
      this.#pasteProblem = '';
      return;
    }
    store?.host.mapLocation(text).then(({ map, problem }) => {
      if (text === this.#pasted) {
        this.#pasteProblem = problem;
        this.#targets = problem === '' ? map : {};
      }
    }, store.failed);
  }

  #place({ row, key, value, fate }: Place): TemplateResult {
    return html`<div class="line in">
      ${linkButton(
        shownText(key),
        () => {
          this.goToRow(row);
        },
        key,
      )}<span class="dim">=</span><span class="ell file-text ${literalClass(value)}">${shownText(value)}</span
      ><span class="grow"></span><span class="dim s">${fate}</span>
    </div>`;
  }
}
