/** `GET /v1/models`: what can be asked now. */
import type { ChatModel } from '../text/find-model.ts';

/** The name to ask a model by. */
export function modelId({ alias, name }: ChatModel): string {
  return alias ?? name;
}

/** A model as OpenAI's API lists it. `created` is a time there; ours is not known. */
export function modelObject(model: ChatModel) {
  return {
    id: modelId(model),
    object: 'model',
    created: 0,
    owned_by: 'mindmesh',
    x_mindmesh: {
      name: model.name,
      manifest_id: model.manifestId,
      architecture: model.architecture,
      quantisation: model.quantisation,
      context_length: model.contextLength,
      size_bytes: model.sizeBytes,
    },
  };
}
