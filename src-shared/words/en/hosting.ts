/** Sentences about hosted layers. Pure. */
import type { LayerRange } from '../../model.ts';
import { bytes } from './format.ts';

/** Why layers are not loaded for which the computer has no room, as two sentences. */
export function noRoomWords(
  model: string,
  { firstLayer, lastLayer }: LayerRange,
  { neededBytes, roomBytes }: { readonly neededBytes: number; readonly roomBytes: number },
): string {
  return (
    `Layers ${firstLayer} to ${lastLayer} of ${model} are not loaded: they need ${bytes(neededBytes)} of this ` +
    `computer’s memory, and it has ${bytes(roomBytes)} for them. Host fewer layers, or a smaller model.`
  );
}
