/** Messages as JSON: Playwright carries no typed arrays between Node and the page. */

export function encodeMessage(message: unknown): string {
  return JSON.stringify(message, (_key, value: unknown) => {
    if (ArrayBuffer.isView(value)) {
      const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
      return { $typed: value.constructor.name, base64: bytes.toString('base64') };
    }
    return value;
  });
}

/** What the page runs to decode; a function of its own, since it is sent as text. */
export function installPageSide(): void {
  const decode = (text: string): unknown =>
    JSON.parse(text, (_key, value: unknown) => {
      if (typeof value === 'object' && value !== null && '$typed' in value && 'base64' in value) {
        const bytes = Uint8Array.from(atob(String(value.base64)), (character) => character.charCodeAt(0));
        const types = { Uint8Array, Uint16Array, Uint32Array, Int32Array, Float64Array };
        for (const [name, type] of Object.entries(types)) {
          if (name === value.$typed) {
            return new type(bytes.buffer);
          }
        }
      }
      return value;
    });
  const page = window as unknown as {
    fromHost(text: string): void;
    toHost(text: string): void;
    acquireVsCodeApi(): object;
  };
  page.fromHost = (text) => {
    window.dispatchEvent(new MessageEvent('message', { data: decode(text) }));
  };
  page.acquireVsCodeApi = () => ({
    postMessage: (message: unknown) => {
      page.toHost(JSON.stringify(message));
    },
    getState: (): unknown => JSON.parse(sessionStorage.getItem('state') ?? 'null'),
    setState: (state: unknown) => {
      sessionStorage.setItem('state', JSON.stringify(state));
    },
  });
}
