/** A row of controls with one tab stop: arrows, Home and End move inside. Controls take part by the attribute `data-stop`. */
export class Toolbar extends HTMLElement {
  readonly #observer = new MutationObserver(() => {
    this.#keepOneStop();
  });

  connectedCallback(): void {
    this.setAttribute('role', 'toolbar');
    this.addEventListener('keydown', this.#onKeyDown);
    this.addEventListener('focusin', this.#onFocusIn);
    this.#observer.observe(this, { childList: true, subtree: true, attributeFilter: ['disabled'] });
    this.#keepOneStop();
  }

  disconnectedCallback(): void {
    this.removeEventListener('keydown', this.#onKeyDown);
    this.removeEventListener('focusin', this.#onFocusIn);
    this.#observer.disconnect();
  }

  get #stops(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>('[data-stop]:not([disabled])')];
  }

  #keepOneStop(): void {
    const stops = this.#stops;
    const current = stops.find((stop) => stop.tabIndex === 0 && stop.hasAttribute('tabindex')) ?? stops[0];
    for (const stop of stops) {
      setTabIndex(stop, stop === current ? 0 : -1);
    }
  }

  readonly #onFocusIn = (event: FocusEvent): void => {
    const target = event.target;
    for (const stop of this.#stops) {
      if (target instanceof Node && stop.contains(target)) {
        this.#stops.forEach((other) => {
          setTabIndex(other, other === stop ? 0 : -1);
        });
      }
    }
  };

  readonly #onKeyDown = (event: KeyboardEvent): void => {
    const stops = this.#stops;
    const at = stops.findIndex((stop) => event.target instanceof Node && stop.contains(event.target));
    const next = at < 0 ? undefined : stops[nextStop(event.key, at, stops.length)];
    if (next !== undefined && next !== stops[at]) {
      event.preventDefault();
      next.focus();
    }
  };
}

function setTabIndex(element: HTMLElement, index: 0 | -1): void {
  if (element.getAttribute('tabindex') !== String(index)) {
    element.setAttribute('tabindex', String(index));
  }
}

function nextStop(key: string, at: number, count: number): number {
  switch (key) {
    case 'ArrowRight':
      return Math.min(at + 1, count - 1);
    case 'ArrowLeft':
      return Math.max(at - 1, 0);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return at;
  }
}

customElements.define('ce-toolbar', Toolbar);
