/**
 * The role of a stage in a chain, by the place of its layers in the model: its input, its output, and whether
 * it feeds itself. A whole model is a chain of one stage. Pure.
 */
import { z } from 'zod';
import { beginsModel, endsModel } from '../../src-shared/layers.ts';
import type { LayerRange } from '../../src-shared/model.ts';

export const stageRoleSchema = z.enum(['whole', 'first', 'middle', 'last']);
export type StageRole = z.infer<typeof stageRoleSchema>;

/** The role of these layers in a model of `layers` layers. */
export function stageRoleOf(range: LayerRange, layers: number): StageRole {
  if (beginsModel(range)) {
    return endsModel(range, layers) ? 'whole' : 'first';
  }
  return endsModel(range, layers) ? 'last' : 'middle';
}

/** Whether the input is tokens; that of other roles is hidden states. */
export function takesTokens(role: StageRole): boolean {
  return role === 'whole' || role === 'first';
}

/** Whether the stage samples tokens; the output of other roles is hidden states. */
export function samples(role: StageRole): boolean {
  return role === 'whole' || role === 'last';
}

/** Whether the stage takes its own sampled tokens as input, so that no other stage is needed. */
export function feedsItself(role: StageRole): boolean {
  return role === 'whole';
}

/** Whether the stage takes the sampled tokens of the last stage as input. */
export function isFedByLast(role: StageRole): boolean {
  return role === 'first';
}

/** Whether the stage sends its sampled tokens to the first stage. */
export function feedsFirst(role: StageRole): boolean {
  return role === 'last';
}
