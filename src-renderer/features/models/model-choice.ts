/** Which model gets a question. */
import type { ModelEntry } from '../../../src-shared/api/models.ts';

/** The name of the bundled demo model in its file. */
const demoModelName = 'MindMesh Demo';

export function isDemoModel(model: Pick<ModelEntry, 'name'>): boolean {
  return model.name === demoModelName;
}

/**
 * The preferred model if it can answer now; without a preference, the largest one that can, since the demo model is
 * only a beginning. null when there is none.
 */
export function chosenModel(
  models: readonly ModelEntry[],
  preferredId: string | null,
): ModelEntry | null {
  const available = models.filter((model) => model.available);
  if (preferredId !== null) {
    return available.find((model) => model.manifestId === preferredId) ?? null;
  }
  return available.toSorted((one, other) => other.sizeBytes - one.sizeBytes)[0] ?? null;
}
