/** A model as a node reports it, for tests: small, and only known from peers unless a test says otherwise. */
import type { ModelEntry } from '../../../src-shared/api/models.ts';

export function modelEntry(given: Partial<ModelEntry> = {}): ModelEntry {
  return {
    manifestId: 'a'.repeat(64),
    name: 'Small',
    alias: null,
    path: null,
    available: false,
    architecture: 'llama',
    layers: 4,
    width: 64,
    contextLength: 512,
    sizeBytes: 1,
    quantisation: 'F32',
    ...given,
  };
}
