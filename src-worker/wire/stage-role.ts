/**
 * What a stage does in a chain, by where its layers stand in the model: what it takes, what it gives, and whether
 * it feeds itself. A whole model is a chain of one stage. Pure.
 */
import { z } from 'zod';
import { beginsModel, endsModel } from '../../src-shared/layers.ts';
import type { LayerRange } from '../../src-shared/model.ts';

export const stageRoleSchema = z.enum(['whole', 'first', 'middle', 'last']);
export type StageRole = z.infer<typeof stageRoleSchema>;

/** The role of these layers of a model that has `layers` of them. */
export function stageRoleOf(range: LayerRange, layers: number): StageRole {
  if (beginsModel(range)) {
    return endsModel(range, layers) ? 'whole' : 'first';
  }
  return endsModel(range, layers) ? 'last' : 'middle';
}

/** Whether it takes tokens; the others take hidden states. */
export function takesTokens(role: StageRole): boolean {
  return role === 'whole' || role === 'first';
}

/** Whether it samples tokens; the others give hidden states. */
export function samples(role: StageRole): boolean {
  return role === 'whole' || role === 'last';
}

/** Whether it takes what it sampled itself, so that no other stage is needed. */
export function feedsItself(role: StageRole): boolean {
  return role === 'whole';
}

/** Whether another stage's sampled tokens come back to it. */
export function isFedByLast(role: StageRole): boolean {
  return role === 'first';
}

/** Whether its sampled tokens go back to another stage. */
export function feedsFirst(role: StageRole): boolean {
  return role === 'last';
}
