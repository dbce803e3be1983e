/**
 * The version and features of the protocols that a node speaks. It is part of the node's signed record, and both ends of a
 * stage's session exchange it. A peer leaves out what the other one does not speak. What comes anyway is ignored (a member
 * of a message, a flag) or ends the stream in order (a kind of message), and does not count against the sender.
 */
import { z } from 'zod';

/** Most features that a node may name. */
const mostFeatures = 32;

export const speaksSchema = z.object({
  /** Increased with each change that all nodes of a version support. */
  version: z.int().min(1).max(0xffff),
  /** Names of further features; a reader may not know all of them. */
  features: z.array(z.string().max(32)).max(mostFeatures),
});
export type Speaks = z.infer<typeof speaksSchema>;

/** The first version that names its version, ignores unknown members, and has today's names. */
const firstToSay = 2;

/** A session may use the first layers of a shard only: an `open` may name fewer layers than the record. */
export const layerPrefix = 'layer-prefix';

/** The version and features of this node. A feature is added here in the commit that implements it. */
export const ownSpeaks: Speaks = { version: 2, features: [layerPrefix] };

/** Whether a peer has the former version, which does not name its version. */
export function isFormer(speaks: Speaks | undefined): boolean {
  return (speaks?.version ?? 1) < firstToSay;
}

/** Whether a peer has a feature. */
export function hasFeature(speaks: Speaks | undefined, feature: string): boolean {
  return speaks?.features.includes(feature) === true;
}
