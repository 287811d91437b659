import { isIndex, isNullOr, isRecord, isShape, isString, type Guard } from './guards';

/**
 * Typed calls between two sides that can only post messages. A method that returns nothing is a notification; one that
 * returns a promise is a request, and each request ends in a result, an error, a timeout or disposal.
 */
export interface Transport {
  /** May throw; may return a promise, which rejects or gives `false` when the other side is gone. */
  post(message: unknown): unknown;
  /** Returns a function that ends the subscription. */
  onMessage(listener: (message: unknown) => void): () => void;
}

/** Starts a timer and returns a function that stops it: this layer knows neither Node nor the DOM. */
export type Timer = (run: () => void, milliseconds: number) => () => void;

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the constraint of every function type
type AnyFunction = (...parameters: any[]) => unknown;
/** Interfaces have no index signature, so the constraint maps over their own keys. */
type MethodTable<M> = { readonly [K in keyof M]: AnyFunction };

/** What arrives for one method: its arguments where it is served, its result (null: none is sent) where it is called. */
export interface MethodContract<F extends AnyFunction> {
  readonly parameters: Guard<Parameters<F>>;
  readonly result: ReturnType<F> extends PromiseLike<infer R> ? Guard<R> : null;
}
export type Contract<M extends MethodTable<M>> = { readonly [K in keyof M]: MethodContract<M[K]> };

/** A request may be answered at once. */
type Served<R> = R extends PromiseLike<infer T> ? T | R : R;
export type Handlers<M extends MethodTable<M>> = {
  readonly [K in keyof M]: (...parameters: Parameters<M[K]>) => Served<ReturnType<M[K]>>;
};

export type RpcErrorCode = 'timeout' | 'disposed' | 'unreachable' | 'failed' | 'invalid';

export class RpcError extends Error {
  override readonly name = 'RpcError';

  constructor(
    readonly code: RpcErrorCode,
    /** The method that was called. */
    readonly method: string,
    /** `failed`: the message of the other side's error, for people to read. */
    message: string,
  ) {
    super(message);
  }
}

export interface ConnectOptions<Local extends MethodTable<Local>, Remote extends MethodTable<Remote>> {
  readonly transport: Transport;
  readonly serves: Contract<Local>;
  readonly handlers: Handlers<Local>;
  readonly calls: Contract<Remote>;
  readonly timer: Timer;
  /** Milliseconds until a request without an answer fails with `timeout`. */
  readonly timeout?: number;
  /** Messages that break the contract, notifications whose handler throws, posts that fail: for the log. */
  readonly onProblem: (problem: string, cause?: unknown) => void;
}

export interface Connection<Remote> {
  readonly remote: Remote;
  /** Fails every open request with `disposed` and stops listening. */
  dispose(): void;
}

const defaultTimeout = 60_000;

interface Call {
  readonly method: string;
  readonly parameters: readonly unknown[];
  /** null: a notification. */
  readonly id: number | null;
}
interface Reply {
  readonly reply: number;
  readonly ok?: unknown;
  readonly err?: unknown;
}
/** A contract of any method. */
interface ErasedContract {
  readonly parameters: Guard<readonly unknown[]>;
  readonly result: Guard<unknown> | null;
}
interface PendingRequest {
  readonly method: string;
  readonly result: Guard<unknown>;
  resolve(value: unknown): void;
  reject(error: RpcError): void;
  stopTimer(): void;
}

const isParameters: Guard<readonly unknown[]> = (value): value is readonly unknown[] => Array.isArray(value);
const isCall = isShape<Call>({ method: isString, parameters: isParameters, id: isNullOr(isIndex) });
const isReply: Guard<Reply> = (value): value is Reply => isRecord(value) && isIndex(value['reply']);
const isErrorMessage = isShape<{ message: string }>({ message: isString });

export function connect<Local extends MethodTable<Local>, Remote extends MethodTable<Remote>>(
  options: ConnectOptions<Local, Remote>,
): Connection<Remote> {
  const requests = new Requests(options.transport, options.timer, options.timeout ?? defaultTimeout, options.onProblem);
  // The contract of each method was checked against its type by `Contract`; inside, a method is just a function.
  const serves = new Map<string, ErasedContract>(Object.entries(options.serves));
  const handlers = new Map<string, AnyFunction>(Object.entries(options.handlers));
  const serve = async (call: Call): Promise<void> => {
    const contract = serves.get(call.method);
    const handler = handlers.get(call.method);
    if (handler === undefined || !accepts(contract, call.parameters)) {
      options.onProblem(`${call.method}: unknown method or wrong arguments`);
      if (call.id !== null) {
        requests.post({ reply: call.id, err: { message: `${call.method}: wrong arguments` } });
      }
      return;
    }
    try {
      const value = await handler(...call.parameters);
      if (call.id !== null) {
        requests.post({ reply: call.id, ok: value ?? null });
      }
    } catch (error) {
      options.onProblem(`${call.method} failed`, error);
      if (call.id !== null) {
        requests.post({ reply: call.id, err: { message: error instanceof Error ? error.message : String(error) } });
      }
    }
  };
  const stopListening = options.transport.onMessage((message) => {
    if (isReply(message)) {
      requests.settle(message);
    } else if (isCall(message)) {
      void serve(message);
    } else {
      options.onProblem('a message that is neither call nor reply');
    }
  });
  return {
    remote: remoteMethods(options.calls, requests),
    dispose() {
      stopListening();
      requests.dispose();
    },
  };
}

function accepts(contract: ErasedContract | undefined, parameters: readonly unknown[]): boolean {
  return contract?.parameters(parameters) ?? false;
}

function remoteMethods<Remote extends MethodTable<Remote>>(calls: Contract<Remote>, requests: Requests): Remote {
  const methods = Object.entries<ErasedContract>(calls).map(([method, { result }]) => [
    method,
    (...parameters: readonly unknown[]): unknown => {
      if (result !== null) {
        return requests.request(method, parameters, result);
      }
      requests.notify(method, parameters);
      return undefined;
    },
  ]);
  // One function per key of the contract, which has exactly the keys of the table.
  return Object.fromEntries(methods) as Remote;
}

/** The calls of this side that wait for an answer. */
class Requests {
  readonly #pending = new Map<number, PendingRequest>();
  #nextId = 0;
  #disposed = false;

  constructor(
    private readonly transport: Transport,
    private readonly timer: Timer,
    private readonly timeout: number,
    private readonly onProblem: (problem: string, cause?: unknown) => void,
  ) {}

  notify(method: string, parameters: readonly unknown[]): void {
    this.post({ method, parameters, id: null });
  }

  request(method: string, parameters: readonly unknown[], result: Guard<unknown>): Promise<unknown> {
    if (this.#disposed) {
      return Promise.reject(new RpcError('disposed', method, 'The connection is closed.'));
    }
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const stopTimer = this.timer(() => {
        this.#fail(id, 'timeout', `No answer within ${this.timeout} ms.`);
      }, this.timeout);
      this.#pending.set(id, { method, result, resolve, reject, stopTimer });
      this.post({ method, parameters, id }, (cause) => {
        this.#fail(id, 'unreachable', cause instanceof Error ? cause.message : 'The other side is gone.');
      });
    });
  }

  post(message: Call | Reply, onFailure?: (cause: unknown) => void): void {
    if (this.#disposed) {
      return;
    }
    const failed = (cause: unknown): void => {
      this.onProblem('a message could not be posted', cause);
      onFailure?.(cause);
    };
    try {
      void Promise.resolve(this.transport.post(message)).then((delivered) => {
        if (delivered === false) {
          failed(undefined);
        }
      }, failed);
    } catch (error) {
      failed(error);
    }
  }

  settle(message: Reply): void {
    const pending = this.#take(message.reply);
    if (pending === undefined) {
      return;
    }
    if ('ok' in message && pending.result(message.ok)) {
      pending.resolve(message.ok);
    } else if (isErrorMessage(message.err)) {
      pending.reject(new RpcError('failed', pending.method, message.err.message));
    } else {
      this.onProblem(`${pending.method}: wrong result`);
      pending.reject(new RpcError('invalid', pending.method, `${pending.method}: wrong result`));
    }
  }

  dispose(): void {
    this.#disposed = true;
    for (const id of [...this.#pending.keys()]) {
      this.#fail(id, 'disposed', 'The connection is closed.');
    }
  }

  #fail(id: number, code: RpcErrorCode, message: string): void {
    const pending = this.#take(id);
    pending?.reject(new RpcError(code, pending.method, message));
  }

  #take(id: number): PendingRequest | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.stopTimer();
    return pending;
  }
}
