/**
 * What a node speaks of the protocols between nodes, which grow: told in its signed record, and by both ends of a stage's
 * session. A peer that speaks more leaves out what the other does not; what comes all the same is ignored (a member of
 * a message, a flag) or ends its stream in order (a kind of message), without blame.
 */
import { z } from 'zod';

/** Most features that a node may name. */
const mostFeatures = 32;

export const speaksSchema = z.object({
  /** Grows with what every node of a version does. */
  version: z.int().min(1).max(0xffff),
  /** What else it does, by name; the reader does not know them all. */
  features: z.array(z.string().max(32)).max(mostFeatures),
});
export type Speaks = z.infer<typeof speaksSchema>;

/** The first version that says what it speaks, ignores what it does not, and has today's names. */
const firstToSay = 2;

/** A shard may be used up to a layer before its last one: an `open` names fewer layers than the record. */
export const layerPrefix = 'layer-prefix';

/** This node's. A feature is named here from the commit on in which the node has it. */
export const ownSpeaks: Speaks = { version: 2, features: [layerPrefix] };

/** Whether a peer, by what it says it speaks, is of the version that did not say. */
export function isFormer(speaks: Speaks | undefined): boolean {
  return (speaks?.version ?? 1) < firstToSay;
}

/** Whether a peer has a feature, by what it says it speaks. */
export function hasFeature(speaks: Speaks | undefined, feature: string): boolean {
  return speaks?.features.includes(feature) === true;
}
