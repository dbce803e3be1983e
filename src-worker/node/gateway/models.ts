/** The objects of `GET /v1/models`: the models that can answer now. */
import type { OfferedModel } from '../text/chat-service.ts';

/** A model as OpenAI's API lists it. `created` is a time there, which is not known here. */
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
      // The context that the model was trained for, and the one that its hosts can hold now.
      context_length: model.contextLength,
      usable_context_length: usableContextLength,
      size_bytes: model.sizeBytes,
    },
  };
}
