/** `mindmesh pool create | invite | join | list | revoke | offer | withdraw | leave`. */
import { renderUnicodeCompact } from 'uqr';
import { AppError } from '../../../src-shared/errors.ts';
import type { PoolRole } from '../../../src-shared/pool.ts';
import type { ChangedSettings } from '../../../src-shared/settings/settings.ts';
import { dataFolderAt } from '../../data/data-folder.ts';
import {
  commandErrors,
  commandResults,
  inviteLines,
  poolLines,
} from '../../../src-shared/words/command-line.ts';
import { note, print, printJson } from '../terminal.ts';
import { type CommonOptions, findHost, useHost } from '../use-host.ts';

type PoolOptions = CommonOptions & { readonly json?: boolean };

/** These settings are for a host that this process runs for a pool command: it loads no model. */
const withoutModels: ChangedSettings = { shards: [] };

/** The same for commands that need no peer: it connects to none. */
const withoutPeers: ChangedSettings = {
  ...withoutModels,
  peers: [],
  mdns: false,
  listen: ['/ip4/127.0.0.1/tcp/0'],
};

export async function createPool(
  name: string,
  options: PoolOptions & { readonly as?: string },
): Promise<void> {
  await useHost(options, withoutPeers, async (connection) => {
    const pool = await connection.call('poolCreate', { name, ...memberName(options) });
    tell(options, pool, commandResults.poolMade(pool.name));
  });
}

export async function invite(
  pool: string | undefined,
  options: PoolOptions & {
    readonly role?: PoolRole;
    readonly uses?: number;
    readonly expires?: number;
  },
): Promise<void> {
  const connection = await findHost(dataFolderAt(options.data));
  if (connection === undefined) {
    throw new AppError('not-running', commandErrors.notRunningToInvite);
  }
  try {
    const { role, uses, expires: lifeMs } = options;
    const given = Object.entries({ pool, role, uses, lifeMs });
    const invited = await connection.call(
      'poolInvite',
      Object.fromEntries(given.filter(([, value]) => value !== undefined)),
    );
    tell(options, invited, [
      // The QR code has the smallest size that a phone can still read from a terminal.
      renderUnicodeCompact(invited.link, { ecc: 'L', border: 2 }),
      '',
      ...inviteLines(invited, Date.now()),
    ]);
  } finally {
    await connection.close();
  }
}

export async function joinPool(
  link: string,
  options: PoolOptions & { readonly as?: string },
): Promise<void> {
  await useHost(options, withoutModels, async (connection) => {
    const pool = await connection.call('poolJoin', { link, ...memberName(options) });
    tell(options, pool, [
      commandResults.poolJoined(pool.name, pool.role),
      ...(pool.state === 'active' ? [] : poolLines([pool], Date.now())),
    ]);
    const { poolOnly } = await connection.call('settings', {});
    if (!poolOnly && options.json !== true) {
      note(commandResults.talksToEverybody);
    }
  });
}

export async function listPools(options: PoolOptions): Promise<void> {
  await useHost(options, withoutPeers, async (connection) => {
    const pools = await connection.call('poolList', {});
    tell(options, pools, poolLines(pools, Date.now()));
  });
}

export async function revoke(
  target: string,
  options: PoolOptions & { readonly pool?: string },
): Promise<void> {
  await useHost(options, withoutModels, async (connection) => {
    const { pool: name } = options;
    const params = { target, ...(name === undefined ? {} : { pool: name }) };
    const revoked = await connection.call('poolRevoke', params);
    tell(
      options,
      revoked,
      revoked.kind === 'invite'
        ? [commandResults.inviteClosed(revoked.name, revoked.pool)]
        : [commandResults.memberRemoved(revoked.name, revoked.pool)],
    );
  });
}

export async function offerModel(
  model: string,
  options: PoolOptions & {
    readonly licence: string;
    readonly url?: string;
    readonly pool?: string;
  },
): Promise<void> {
  await useHost(options, withoutModels, async (connection) => {
    const { licence, url, pool } = options;
    const offered = await connection.call('poolOffer', {
      model,
      licence,
      ...(url === undefined ? {} : { url }),
      ...(pool === undefined ? {} : { pool }),
    });
    tell(options, offered, [commandResults.modelOffered(offered.id, offered.pool)]);
  });
}

export async function withdrawModel(
  id: string,
  options: PoolOptions & { readonly pool?: string },
): Promise<void> {
  await useHost(options, withoutModels, async (connection) => {
    const { pool } = options;
    const params = { id, ...(pool === undefined ? {} : { pool }) };
    const withdrawn = await connection.call('poolWithdraw', params);
    tell(options, withdrawn, [commandResults.modelWithdrawn(id, withdrawn.pool)]);
  });
}

export async function leavePool(
  pool: string,
  options: PoolOptions & { readonly forGood?: boolean },
): Promise<void> {
  await useHost(options, withoutModels, async (connection) => {
    const forGood = options.forGood === true;
    const left = await connection.call('poolLeave', { pool, forGood });
    tell(options, left, [commandResults.poolLeft(left.name)]);
  });
}

function memberName({ as }: { readonly as?: string }): { member?: string } {
  return as === undefined ? {} : { member: as };
}

function tell({ json }: PoolOptions, result: unknown, lines: readonly string[]): void {
  if (json === true) {
    printJson(result);
  } else {
    print(lines);
  }
}
