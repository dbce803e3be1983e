/**
 * Chooses the shards that this node should host. Pure: every node computes from records, demand and the time what all
 * nodes should do, and does its own part. Nodes do not send each other messages about it.
 *
 * 1. The owner's pins are always hosted.
 * 2. Layers of demanded models that no peer hosts come first, the smallest before larger ones. Nodes with free memory host
 *    them, in turns; then nodes that host layers which no chain needs: whole shards, and ends of shards that overlap the next one.
 * 3. Then free memory goes to the spans with the least capacity for their demand (worth.ts).
 * 4. Then a node replaces a shard by a more useful one when the gain is more than the cost of fetching and loading.
 *    Shards whose loss would not matter are tried first.
 *
 * Each node simulates the turns of the nodes before it (turns.ts), so that not all nodes fill the same gap.
 * Nodes with different knowledge may still do so; then one of them is not needed and moves on. In step 2 every
 * change leaves fewer layers missing, and in steps 3 and 4 every change gains at least a minimum, so under
 * steady demand the changes end.
 */
import { growInto, makeRoomForMissing } from './grow.ts';
import { type Contender, type HostedShard, HostingView } from './hosting-view.ts';
import type { Placed, PlacementPlan, PlacementQuestion } from './placement-question.ts';
import { considerMove } from './move.ts';
import { epochOf, inTurn, lot } from './turns.ts';
import { isSamePart, rangeOf } from '../../../src-shared/layers.ts';

/** Most turns that are simulated in an epoch; nodes with later turns wait for another epoch. */
const mostTurns = 32;
/** Average number of nodes that may move a shard in an epoch. */
const fewMovers = 8;
/** Least time between two moves that placement makes on one node, in milliseconds. */
const settleMs = 10 * 60_000;

/** The shards that this node should host, and the changes from those that it hosts now. */
export function choosePlacement(question: PlacementQuestion): PlacementPlan {
  const view = new HostingView(question);
  enterOwn(view, question);
  const epoch = epochOf(question.now);
  if (!takeTurns(view, epoch, question) && view.isCovered()) {
    takeMoves(view, epoch, question);
  }
  return planOf(view, question);
}

/** Adds the pins, then the shards that are hosted already, as far as they fit. */
function enterOwn(view: HostingView, { own }: PlacementQuestion): void {
  for (const pin of own.pins) {
    const hosted = own.shards.find((shard) => isSamePart(shard, pin));
    const speed = hosted === undefined ? {} : { tokensPerSecond: hosted.tokensPerSecond };
    view.add(view.self, pin, { ...speed, isPinned: true });
  }
  const others = own.shards.filter((shard) => !own.pins.some((pin) => isSamePart(shard, pin)));
  const remaining = others.map((shard) =>
    view.add(view.self, shard, { tokensPerSecond: shard.tokensPerSecond }),
  );
  const needed = view.neededShards();
  for (const shard of remaining.toSorted((a, b) => Number(needed.has(a)) - Number(needed.has(b)))) {
    if (view.self.roomBytes < 0) {
      view.drop(view.self, shard);
    }
  }
}

/** Simulates the turns up to this node's own; returns whether this node changes anything in its turn. */
function takeTurns(view: HostingView, epoch: number, { own }: PlacementQuestion): boolean {
  const withRoom = view.contenders.filter(({ roomBytes }) => roomBytes > 0);
  for (const contender of inTurn(withRoom, epoch).slice(0, mostTurns)) {
    const speed = contender === view.self ? own.readBytesPerSecond : undefined;
    const grown = growInto(view, contender, speed);
    if (contender === view.self && grown) {
      return true;
    }
  }
  if (view.isCovered()) {
    return false;
  }
  for (const contender of inTurn(movable(view), epoch).slice(0, mostTurns)) {
    const made = makeRoomForMissing(view, contender, view.neededShards());
    if (contender === view.self) {
      return made;
    }
  }
  return false;
}

/**
 * Simulates the moves of the nodes before this one in the epoch, and then its own. A draw selects only few nodes of a large
 * mesh in each epoch, so that the mesh changes slowly and the simulation is cheap.
 */
function takeMoves(view: HostingView, epoch: number, { own, now }: PlacementQuestion): void {
  const drawn = fewMovers / view.contenders.length;
  const isSettled = now - (own.movedAt ?? -Infinity) >= settleMs;
  if (!isSettled || lot(own.peer, epoch) > drawn) {
    return;
  }
  const movers = view.contenders
    .map((contender) => ({ contender, turn: lot(contender.peer, epoch) }))
    .filter(({ turn }) => turn <= drawn)
    .toSorted((a, b) => a.turn - b.turn);
  for (const { contender } of movers.slice(0, mostTurns)) {
    if (contender === view.self) {
      considerMove(view, contender, own);
      return;
    }
    considerMove(view, contender, { downloadBytesPerSecond: own.downloadBytesPerSecond });
  }
}

/** Contenders that host layers which no chain needs. */
function movable(view: HostingView): Contender[] {
  const needed = view.neededShards();
  return view.contenders.filter(({ peer }) =>
    view
      .hostedBy(peer)
      .some((shard) => !shard.isPinned && needed.get(shard)?.lastLayer !== shard.lastLayer),
  );
}

function planOf(view: HostingView, { own }: PlacementQuestion): PlacementPlan {
  const shards = view.hostedBy(own.peer).map(toPlaced);
  return {
    shards,
    dropped: own.shards
      .filter((shard) => !shards.some((other) => isSamePart(shard, other)))
      .map(toPlaced),
    added: shards
      .filter((shard) => !own.shards.some((other) => isSamePart(shard, other)))
      .toSorted((a, b) => view.bytesOf(a) - view.bytesOf(b)),
  };
}

function toPlaced(shard: Placed | HostedShard): Placed {
  return { manifestId: shard.manifestId, ...rangeOf(shard) };
}
