import { describe, expect, it } from 'vitest';
import { isNothing, isNumber, isOneOf, isString, isTuple } from '../../src/protocol/guards';
import {
  connect,
  RpcError,
  type Connection,
  type Contract,
  type Handlers,
  type Transport,
} from '../../src/protocol/rpc';

interface Server {
  double(value: number): Promise<number>;
  note(text: string): void;
  nothing(): Promise<void>;
}
// An interface without methods would have no contract to check.
interface Client {
  mode(mode: 'on' | 'off'): void;
}

const serverContract: Contract<Server> = {
  double: { parameters: isTuple<[number]>(isNumber), result: isNumber },
  note: { parameters: isTuple<[string]>(isString), result: null },
  nothing: { parameters: isTuple<[]>(), result: isNothing },
};
const clientContract: Contract<Client> = { mode: { parameters: isTuple(isOneOf('on', 'off')), result: null } };

interface Timers {
  readonly timer: (run: () => void, milliseconds: number) => () => void;
  fire(): void;
  readonly running: ReadonlySet<() => void>;
}

function timers(): Timers {
  const running = new Set<() => void>();
  return {
    timer: (run) => {
      running.add(run);
      return () => running.delete(run);
    },
    fire: () => {
      for (const run of running) {
        run();
      }
    },
    running,
  };
}

/** Two ends of a wire that carries JSON, as VS Code's does. */
function wire(): { client: Transport; server: Transport; toClient: (message: unknown) => void } {
  let atClient: (message: unknown) => void = () => undefined;
  let atServer: (message: unknown) => void = () => undefined;
  const copy = (message: unknown): unknown => JSON.parse(JSON.stringify(message));
  return {
    client: {
      post: (message) => {
        atServer(copy(message));
      },
      onMessage: (listener) => {
        atClient = listener;
        return () => {
          atClient = () => undefined;
        };
      },
    },
    server: {
      post: (message) => {
        atClient(copy(message));
      },
      onMessage: (listener) => {
        atServer = listener;
        return () => {
          atServer = () => undefined;
        };
      },
    },
    toClient: (message) => {
      atClient(message);
    },
  };
}

interface Ends {
  readonly connection: Connection<Server>;
  readonly problems: string[];
  readonly notes: string[];
  readonly modes: string[];
  readonly server: Connection<Client>;
  readonly clock: Timers;
  readonly toClient: (message: unknown) => void;
}

function ends(handlers: Partial<Handlers<Server>> = {}, client?: Transport): Ends {
  const { client: clientEnd, server: serverEnd, toClient } = wire();
  const clock = timers();
  const problems: string[] = [];
  const notes: string[] = [];
  const modes: string[] = [];
  const onProblem = (problem: string): void => {
    problems.push(problem);
  };
  const server = connect<Server, Client>({
    transport: serverEnd,
    serves: serverContract,
    handlers: {
      double: (value) => value * 2,
      note: (text) => {
        notes.push(text);
      },
      nothing: () => undefined,
      ...handlers,
    },
    calls: clientContract,
    timer: clock.timer,
    onProblem,
  });
  const connection = connect<Client, Server>({
    transport: client ?? clientEnd,
    serves: clientContract,
    handlers: {
      mode: (mode) => {
        modes.push(mode);
      },
    },
    calls: serverContract,
    timer: clock.timer,
    onProblem,
  });
  return { connection, server, problems, notes, modes, clock, toClient };
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof RpcError ? error.code : String(error);
}

describe('a connection', () => {
  it('carries requests and notifications both ways', async () => {
    const { connection, server, notes, modes, problems, clock } = ends();
    await expect(connection.remote.double(21)).resolves.toBe(42);
    await expect(connection.remote.nothing()).resolves.toBeNull();
    connection.remote.note('hello');
    server.remote.mode('on');
    expect(notes).toEqual(['hello']);
    expect(modes).toEqual(['on']);
    expect(problems).toEqual([]);
    expect(clock.running.size).toBe(0);
  });

  it('answers a request that failed with the message of the error', async () => {
    const { connection, problems } = ends({
      double: () => {
        throw new Error('no such row');
      },
    });
    const call = connection.remote.double(1);
    await expect(call).rejects.toMatchObject({ code: 'failed', method: 'double', message: 'no such row' });
    expect(problems).toEqual(['double failed']);
  });

  it('does not pass on arguments that break the contract, and says so', async () => {
    const seen: unknown[] = [];
    const { connection, problems, notes } = ends({
      double: (value) => {
        seen.push(value);
        return value;
      },
    });
    // NaN becomes null on the way.
    expect(await codeOf(connection.remote.double(NaN))).toBe('failed');
    expect(seen).toEqual([]);
    expect(problems).toEqual(['double: unknown method or wrong arguments']);
    expect(notes).toEqual([]);
  });

  it('refuses a result that breaks the contract', async () => {
    const { connection, problems } = ends({ double: () => Infinity });
    expect(await codeOf(connection.remote.double(1))).toBe('invalid');
    expect(problems).toEqual(['double: wrong result']);
  });

  it('ignores messages that are none, names of no method, and answers to nothing', () => {
    const { toClient, modes, problems } = ends();
    for (const message of [null, 7, 'text', {}, { method: 'mode' }, { method: 'toString', parameters: [], id: null }]) {
      toClient(message);
    }
    toClient({ reply: 99, ok: 1 });
    toClient({ method: 'mode', parameters: ['sideways'], id: null });
    expect(modes).toEqual([]);
    expect(problems).toHaveLength(7);
  });

  it('fails a request that gets no answer in time, and ignores one that comes late', async () => {
    let answer: (value: number) => void = () => undefined;
    const { connection, clock } = ends({
      double: () =>
        new Promise<number>((resolve) => {
          answer = resolve;
        }),
    });
    const call = codeOf(connection.remote.double(1));
    clock.fire();
    expect(await call).toBe('timeout');
    answer(2);
    expect(clock.running.size).toBe(0);
  });

  it('fails what is open when it is closed, and what is asked afterwards', async () => {
    const { connection, server, modes } = ends({ double: () => new Promise<number>(() => undefined) });
    const call = codeOf(connection.remote.double(1));
    connection.dispose();
    expect(await call).toBe('disposed');
    expect(await codeOf(connection.remote.double(1))).toBe('disposed');
    server.remote.mode('on');
    expect(modes).toEqual([]);
  });

  it('fails a request at once when the other side is gone', async () => {
    const gone = (post: Transport['post']): Transport => ({ post, onMessage: () => () => undefined });
    const refusing = ends(
      {},
      gone(() => Promise.resolve(false)),
    );
    expect(await codeOf(refusing.connection.remote.double(1))).toBe('unreachable');
    const throwing = ends(
      {},
      gone(() => {
        throw new Error('disposed');
      }),
    );
    expect(await codeOf(throwing.connection.remote.double(1))).toBe('unreachable');
  });
});
