import type { FileHandle } from 'node:fs/promises';
import { realFileSystem, type FileSystem } from '../../../src/core/write/fileSystem';

/** Called before each call that changes something, with its name; for writes with the means to write half of the bytes. */
export type OnCall = (name: string, half?: () => Promise<void>) => Promise<void>;

const handleCalls = new Set(['chmod', 'chown', 'sync', 'truncate']);
const folderCalls = new Set(['link', 'rename', 'unlink', 'truncate', 'open', 'statfs']);

/** The real file system, with each step of a save told before it is made. */
export function tracedFileSystem(onCall: OnCall): FileSystem {
  return new Proxy(realFileSystem, {
    get(target, name) {
      const call: unknown = Reflect.get(target, name);
      if (typeof call !== 'function' || !folderCalls.has(String(name))) return call;
      return async (...args: unknown[]) => {
        await onCall(String(name));
        const result: unknown = await Reflect.apply(call, target, args);
        return name === 'open' ? tracedHandle(result as FileHandle, onCall) : result;
      };
    },
  });
}

function tracedHandle(handle: FileHandle, onCall: OnCall): FileHandle {
  return new Proxy(handle, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (name === 'write') {
        return async (bytes: Uint8Array, offset: number, length: number, position: number | null) => {
          await onCall('write', async () => {
            await target.write(bytes, offset, Math.floor(length / 2), position);
          });
          return target.write(bytes, offset, length, position);
        };
      }
      if (name === 'close') {
        return async () => {
          try {
            await onCall('close');
          } finally {
            await target.close();
          }
        };
      }
      return async (...args: unknown[]) => {
        if (handleCalls.has(String(name))) await onCall(String(name));
        return Reflect.apply(value, target, args) as unknown;
      };
    },
  });
}
