import { describe, expect, it } from 'vitest';
import type { Duty } from '../../src-shared/duty.ts';
import { fullComputeShare } from '../../src-shared/compute-share.ts';
import {
  areStopped,
  type EngineOrders,
  enginesOf,
  firstOrders,
  mayBeginAnswers,
  nextOrders,
  type NextOrders,
  type Order,
  type OrdersEvent,
} from './engine-orders.ts';

const serving = { state: 'serving', ...fullComputeShare, isSlowedByHeat: false } as const;
const starting: Duty = { state: 'starting' };
const paused: Duty = { state: 'paused', reasons: [] };
const deadline = { kind: 'by', atMs: 400 } as const;
const draining: Duty = { state: 'draining', reasons: [], deadline, isEnding: false };
const ending: Duty = { ...draining, isEnding: true };

function ordered(order: Order, isDone: boolean): EngineOrders {
  return { order, isDone, share: fullComputeShare };
}

function enter(
  before: EngineOrders,
  duty: Duty,
  { answersOwner = false, isNews = false } = {},
): NextOrders {
  return nextOrders(before, { type: 'duty', duty, answersOwner, isNews });
}

const begun = ordered('work', false);
const working = ordered('work', true);
const drained = ordered('drain', true);
const owners = ordered('own', true);
const endingForOwner = ordered('own', false);
const stopping = ordered('stop', false);
const stopped = ordered('stop', true);

type Row = readonly [
  string,
  EngineOrders,
  Duty,
  { answersOwner?: boolean; isNews?: boolean },
  EngineOrders,
  NextOrders['effect'],
];

const work = { type: 'order', order: 'work', releases: 'nothing' } as const;
const drain = { type: 'order', order: 'drain', releases: 'nothing' } as const;
const none = null;

const table: readonly Row[] = [
  ['a first start', firstOrders, starting, {}, begun, work],
  ['a start that goes on', begun, starting, { isNews: true }, begun, none],
  ['serving after a start', working, serving, { isNews: true }, working, none],
  ['a drain', working, draining, { isNews: true }, ordered('drain', false), drain],
  ['a drain of a start', begun, draining, {}, ordered('drain', false), drain],
  ['another reason of a drain', drained, draining, { isNews: true }, drained, none],
  ['a drain taken back', drained, serving, {}, begun, work],
  ['the end of a drain', drained, ending, {}, stopping, order('stop', 'work')],
  [
    'its end for others alone',
    drained,
    ending,
    { answersOwner: true },
    endingForOwner,
    order('own', 'work'),
  ],
  ['a pause at once', working, paused, {}, stopping, order('stop', 'work')],
  ['the end of a release', stopped, paused, {}, stopped, none],
  [
    'another reason to be stopped',
    stopped,
    paused,
    { isNews: true },
    stopped,
    order('stop', 'nothing'),
  ],
  [
    'another reason while it stops',
    stopping,
    paused,
    { isNews: true },
    stopping,
    order('stop', 'nothing'),
  ],
  [
    'another reason to be the owner’s',
    owners,
    paused,
    { answersOwner: true, isNews: true },
    owners,
    order('own', 'nothing'),
  ],
  ['the end of the owner’s use', owners, paused, {}, stopped, order('stop', 'own use')],
  [
    'its end before others’ was over',
    endingForOwner,
    paused,
    {},
    stopping,
    order('stop', 'nothing'),
  ],
  [
    'the owner’s use after a stop',
    stopped,
    paused,
    { answersOwner: true },
    owners,
    order('own', 'nothing'),
  ],
  ['work after a stop', stopped, starting, {}, begun, work],
  ['work before a stop was over', stopping, starting, {}, begun, work],
];

function order(name: Order, releases: 'nothing' | 'work' | 'own use'): NextOrders['effect'] {
  return { type: 'order', order: name, releases };
}

describe('the orders that engines have', () => {
  it.each(table)('follow %s', (_, before, duty, event, orders, effect) => {
    expect(enter(before, duty, event)).toEqual({ orders, effect });
  });

  it('tell engines at work of another share, and keep it for the next start', () => {
    const slower: Duty = { ...serving, workShare: 0.5 };
    const changed = enter(working, slower);
    expect(changed.effect).toEqual({ type: 'share' });
    expect(changed.orders.share).toEqual({ ...fullComputeShare, workShare: 0.5 });
    expect(enter(changed.orders, slower).effect).toBeNull();
    const afterPause = enter(changed.orders, paused).orders;
    expect(enter(afterPause, starting).orders.share.workShare).toBe(0.5);
  });

  it('leave an engine a twentieth of the time at least', () => {
    const orders = enter(working, { ...serving, workShare: 0 }).orders;
    expect(orders.share.workShare).toBe(0.05);
  });

  it.each<[EngineOrders, Order, boolean]>([
    [begun, 'work', true],
    [stopping, 'stop', true],
    [endingForOwner, 'own', true],
    // Another order has replaced it.
    [begun, 'drain', false],
    [stopping, 'drain', false],
    // It is carried out already.
    [stopped, 'stop', false],
  ])('%o: the end of "%s" makes the newest one done: %s', (before, ended, isNews) => {
    const event: OrdersEvent = { type: 'carried out', order: ended };
    const { orders, effect } = nextOrders(before, event);
    expect(effect).toBeNull();
    expect(orders !== before).toBe(isNews);
    expect(orders).toEqual(isNews ? { ...before, isDone: true } : before);
  });
});

describe('what the engines do', () => {
  const ready = { shards: [] };
  it.each<[EngineOrders, typeof ready | null, string]>([
    [stopped, ready, 'stopped'],
    [owners, null, 'stopped'],
    // Their memory is not free before that is reported.
    [stopping, null, 'ready'],
    [begun, ready, 'starting'],
    [working, ready, 'ready'],
    [working, null, 'starting'],
    [drained, ready, 'ready'],
    [drained, null, 'starting'],
  ])('%o with %o: they are %s', (orders, status, engines) => {
    expect(enginesOf(orders, status)).toBe(engines);
  });

  it.each<[EngineOrders, boolean, boolean]>([
    [working, true, false],
    [ordered('drain', false), true, false],
    [drained, false, false],
    [owners, true, false],
    [stopping, true, false],
    [stopped, true, true],
  ])('%o: answers may begin: %s, none is left: %s', (orders, mayBegin, isStopped) => {
    expect([mayBeginAnswers(orders), areStopped(orders)]).toEqual([mayBegin, isStopped]);
  });
});
