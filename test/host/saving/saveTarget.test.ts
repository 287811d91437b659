import { expect, it } from 'vitest';
import { ownTarget, targetFor } from '../../../src/host/saving/saveTarget';

it('saves a file in its own format where that is written', () => {
  expect([ownTarget('zip'), ownTarget('legacy'), ownTarget('safetensors')]).toEqual(['zip', 'legacy', 'safetensors']);
  expect([ownTarget('tar'), ownTarget('pickle')]).toEqual(['zip', 'zip']);
});

it('goes by the new name where that says what is in the file', () => {
  expect(targetFor('/a/model.safetensors', 'zip')).toBe('safetensors');
  expect(targetFor('/a/MODEL.SAFETENSORS', 'legacy')).toBe('safetensors');
  expect(targetFor('/a/model.pt', 'safetensors')).toBe('zip');
  expect(targetFor('/a/model.pt', 'legacy')).toBe('legacy');
});
