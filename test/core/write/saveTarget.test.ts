import { expect, it } from 'vitest';
import { memorySource } from '../../../src/core/bytes/memorySource';
import type { ContainerKind } from '../../../src/core/container/container';
import { emptyContainer } from '../../../src/core/container/rawRecord';
import { ownTarget, targetFor } from '../../../src/core/write/saveTarget';

const of = (kind: ContainerKind): Parameters<typeof ownTarget>[0] => ({
  container: { ...emptyContainer(memorySource(new Uint8Array())), kind },
});

it('saves a file in its own format where that is written', () => {
  expect([ownTarget(of('zip')), ownTarget(of('legacy')), ownTarget(of('safetensors'))]).toEqual([
    'zip',
    'legacy',
    'safetensors',
  ]);
  expect([ownTarget(of('tar')), ownTarget(of('pickle'))]).toEqual(['zip', 'zip']);
});

it('goes by the new name where that says what is in the file', () => {
  expect(targetFor('/a/model.safetensors', of('zip'))).toBe('safetensors');
  expect(targetFor('/a/MODEL.SAFETENSORS', of('legacy'))).toBe('safetensors');
  expect(targetFor('/a/model.pt', of('safetensors'))).toBe('zip');
  expect(targetFor('/a/model.pt', of('legacy'))).toBe('legacy');
  expect(targetFor('/a.b/model', of('safetensors'))).toBe('safetensors');
});
