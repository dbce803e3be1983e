/** `GET /v1/models`: what can be asked now. */
import type { OfferedModel } from '../text/chat-service.ts';

/** A model as OpenAI's API lists it. `created` is a time there; ours is not known. */
export function modelObject({ id, model, usableContextLength }: OfferedModel) {
  return {
    id,
    object: 'model',
    created: 0,
    owned_by: 'mindmesh',
    x_mindmesh: {
      name: model.name,
      manifest_id: model.manifestId,
      architecture: model.architecture,
      quantisation: model.quantisation,
      // What the model was trained for, and what those that host it can hold now.
      context_length: model.contextLength,
      usable_context_length: usableContextLength,
      size_bytes: model.sizeBytes,
    },
  };
}
