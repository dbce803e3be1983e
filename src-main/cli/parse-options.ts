/** Parsers of the command line's options. Each refuses a text that it cannot read, with a sentence. Pure. */
import { type DhtAddress, dhtAddressSchema } from '../../src-shared/api/bootstrap-api.ts';
import { InvalidArgumentError } from 'commander';
import { type LayerRange, layerRangeSchema } from '../../src-shared/model.ts';
import { type HostedShard, hostedShardSchema } from '../../src-shared/api/node-config.ts';
import {
  maxInviteLifeMs,
  maxInviteUses,
  type PoolRole,
  poolRoles,
  poolRoleSchema,
} from '../../src-shared/pool.ts';
import { argumentErrors } from '../../src-shared/words/help.ts';

/** `MODEL` or `MODEL:FIRST-LAST`, added to those before it. */
export function parseShard(text: string, earlier: readonly HostedShard[] = []): HostedShard[] {
  const [, model = text, first, last] = /^(.+):(\d+)-(\d+)$/.exec(text) ?? [];
  const layers = { firstLayer: Number(first), lastLayer: Number(last) };
  const shard = hostedShardSchema.safeParse(first === undefined ? { model } : { model, layers });
  if (!shard.success) {
    throw new InvalidArgumentError(argumentErrors.shard);
  }
  return [...earlier, shard.data];
}

/** `FIRST-LAST`, or one layer. */
export function parseLayers(text: string): LayerRange {
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  const range = layerRangeSchema.safeParse({ firstLayer: Number(first), lastLayer: Number(last) });
  if (first === undefined || !range.success) {
    throw new InvalidArgumentError(argumentErrors.layers);
  }
  return range.data;
}

/** A multiaddr, added to those before it. */
export function parseAddress(text: string, earlier: readonly string[] = []): string[] {
  if (!/^\/[a-z0-9]+\//.test(text)) {
    throw new InvalidArgumentError(argumentErrors.address);
  }
  return [...earlier, text];
}

/** Where a DHT of one's own is: its nodes know each other by IPv4 addresses, so a name would not do. */
export function parseDhtAddress(text: string): DhtAddress {
  const [host = '', port = '', ...more] = text.split(':');
  const address = dhtAddressSchema.safeParse({
    host,
    port: /^\d{1,5}$/.test(port) ? Number(port) : 0,
  });
  if (!address.success || more.length > 0) {
    throw new InvalidArgumentError(argumentErrors.dhtAddress);
  }
  return address.data;
}

export function parsePort(text: string): number {
  return parseNumber(text, 0, 65_535, argumentErrors.port);
}

export function parseCount(text: string): number {
  return parseNumber(text, 16, 10_000_000, argumentErrors.numberFrom(16));
}

export function parseThreads(text: string): number {
  return parseNumber(text, 1, 512, argumentErrors.number(1, 512));
}

export function parseRole(text: string): PoolRole {
  const role = poolRoleSchema.safeParse(text);
  if (!role.success) {
    throw new InvalidArgumentError(argumentErrors.oneOf(poolRoles));
  }
  return role.data;
}

export function parseUses(text: string): number {
  return parseNumber(text, 1, maxInviteUses, argumentErrors.number(1, maxInviteUses));
}

const unitMs: ReadonlyMap<string, number> = new Map([
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** `30m`, `12h` or `7d`, in milliseconds. */
export function parseInviteLife(text: string): number {
  const [, count, unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const ms = Number(count) * (unitMs.get(unit) ?? Number.NaN);
  if (!(ms >= 60_000 && ms <= maxInviteLifeMs)) {
    throw new InvalidArgumentError(argumentErrors.inviteLife);
  }
  return ms;
}

function parseNumber(text: string, from: number, to: number, sentence: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < from || number > to) {
    throw new InvalidArgumentError(sentence);
  }
  return number;
}
