/**
 * What this node should host. Pure: every node computes from records, demand and the time what all of them should
 * do, and does its own part. No node asks another one.
 *
 * 1. The owner's pins are hosted, whatever else.
 * 2. Layers of demanded models that no peer hosts go first. Those with free memory take their turns at them, then
 *    those that host layers which no chain needs: whole shards, and ends of shards that overlap the next one.
 * 3. Free memory then goes to the spans that are thinnest for their demand (worth.ts).
 * 4. Then a node moves a shard that is of less use than another would be, when what is gained is more than what
 *    fetching and loading costs: first one that the mesh would not miss.
 *
 * Each node simulates the turns of those before it (turns.ts), so that not all jump to one gap.
 * Where nodes know different things they may still; then one of them is not needed and moves on. In step 2 every
 * change leaves fewer layers missing, in the steps 3 and 4 every change is worth more than some least amount, so with
 * steady demand changes come to an end.
 */
import { growInto, makeRoomForMissing } from './grow.ts';
import { type Contender, type HostedShard, HostingView } from './hosting-view.ts';
import type { Placed, PlacementPlan, PlacementQuestion } from './placement-question.ts';
import { considerMove } from './move.ts';
import { epochOf, inTurn, lot } from './turns.ts';
import { isSamePart, rangeOf } from '../../../src-shared/layers.ts';

/** Turns of others that are played through; a peer that comes later waits for another epoch. */
const mostTurns = 32;
/** Nodes that may move in an epoch, on average. */
const fewMovers = 8;
/** A node that has moved a shard of its own accord stays for this long, in milliseconds. */
const settleMs = 10 * 60_000;

export function choosePlacement(question: PlacementQuestion): PlacementPlan {
  const view = new HostingView(question);
  enterOwn(view, question);
  const epoch = epochOf(question.now);
  if (!takeTurns(view, epoch, question) && view.isCovered()) {
    takeMoves(view, epoch, question);
  }
  return planOf(view, question);
}

/** Pins first, then what is hosted already as far as there is memory for it. */
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

/** Plays the turns up to this node's own; whether this node found something to do in it. */
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
 * Moves of those before this node in the epoch are played through, too. In a large mesh only few are drawn in each, so
 * that it moves slowly, and so that looking costs next to nothing.
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

/** Contenders that host layers which no chain needs; their turns are weighed by all the room that they could make. */
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
    added: shards.filter((shard) => !own.shards.some((other) => isSamePart(shard, other))),
  };
}

function toPlaced(shard: Placed | HostedShard): Placed {
  return { manifestId: shard.manifestId, ...rangeOf(shard) };
}
