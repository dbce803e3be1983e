import { describe, expect, it } from 'vitest';
import {
  expectAllFree,
  prompt,
  request,
  signal,
} from '../../../../test/support/sessions/coordinator-requests.ts';
import {
  collect,
  expectedTokens,
  FakeMesh,
} from '../../../../test/support/sessions/node-fake-mesh.ts';
import {
  type Dialect,
  membersOf,
  withMembers,
} from '../../../../test/support/sessions/stage-dialect.ts';
import { someKey } from '../../../../test/support/pools/pool-keys.ts';
import {
  openStageAccount,
  type StageAccount,
  stageAccountKind,
} from '../../../../src-shared/receipt/stage-account.ts';
import { toText } from '../../../../src-shared/signing/document-text.ts';
import type { SigningKey } from '../../../../src-shared/signing/peer-key.ts';
import { sealDocument } from '../../../../src-shared/signing/signed-document.ts';
import { stageKinds } from '../protocol/message-table.ts';
import { falsehoodIn, type KnownSession } from './false-account.ts';

function sign(account: StageAccount, key: SigningKey): string {
  return toText(sealDocument(stageAccountKind, account, key).bytes);
}

describe('a signed account', async () => {
  const { privateKey: key, peer } = await someKey();
  const known: KnownSession = {
    peer,
    requester: 'me',
    open: {
      session: 'ab'.repeat(16),
      manifestId: 'cd'.repeat(32),
      layers: { firstLayer: 0, lastLayer: 2 },
      lastPosition: 100,
    },
    cachedTokens: 8,
    sampledTokens: 5,
    mostTokens: 60,
  };
  const account: StageAccount = {
    session: known.open.session,
    requester: 'me',
    manifestId: known.open.manifestId,
    firstLayer: 0,
    lastLayer: 2,
    fromPosition: 8,
    toPosition: 50,
    tokens: 42,
    computeMs: 1_000_000,
    at: 1_800_000_000_000,
  };
  const told = { tokens: 42, computeMs: 1, turnaroundMs: 1 };

  it('is false for nothing that it may be', () => {
    for (const [changes, tokens] of [
      [{}, 42],
      [{ toPosition: 100, tokens: 60 }, 60],
      [{ toPosition: 8, tokens: 5 }, 5],
      [{ at: 0, computeMs: 0 }, 42],
    ] as const) {
      const signed = sign({ ...account, ...changes }, key);
      expect(falsehoodIn({ ...told, tokens, signed }, known)).toBeUndefined();
    }
  });

  it.each<[string, Partial<StageAccount>]>([
    ['is of another session', { session: 'ef'.repeat(16) }],
    ['is for another requester', { requester: 'somebody else' }],
    ['is of another model', { manifestId: 'ef'.repeat(32) }],
    ['is of other layers', { lastLayer: 3 }],
    ['counts 43 tokens where it told of 42', { tokens: 43 }],
    ['begins at 0 where it had 8 tokens cached', { fromPosition: 0 }],
    ["ends at 101, behind the session's 100", { toPosition: 101 }],
  ])('is false when it %s', (falsehood, changes) => {
    expect(falsehoodIn({ ...told, signed: sign({ ...account, ...changes }, key) }, known)).toBe(
      falsehood,
    );
  });

  it.each([
    [4, 'counts 4 tokens where it sampled 5'],
    [61, 'counts 61 tokens where at most 60 can have come'],
  ])('is false when it counts %i tokens', (tokens, falsehood) => {
    const signed = sign({ ...account, tokens }, key);
    expect(falsehoodIn({ ...told, tokens, signed }, known)).toBe(falsehood);
  });

  it('counts against nobody unless that very peer has signed it', async () => {
    const other = await someKey();
    const lie = sign({ ...account, tokens: 7000 }, other.privateKey);
    const own = sign({ ...account, tokens: 7000 }, key);
    const spoiled = `${own.slice(0, 60)}${own[60] === 'A' ? 'B' : 'A'}${own.slice(61)}`;
    for (const signed of [lie, spoiled, '', 'AAAA']) {
      expect(falsehoodIn({ ...told, signed }, known)).toBeUndefined();
    }
    expect(falsehoodIn(told, known)).toBeUndefined();
  });
});

/** A stage that says its last words otherwise. */
function lastWords(change: (signed: string) => string): Dialect {
  return {
    say: (frame) => {
      const { signed, ...rest } = frame.kind === stageKinds.closed ? membersOf(frame) : {};
      return typeof signed === 'string'
        ? [withMembers(frame.kind, { ...rest, signed: change(signed) })]
        : [frame];
    },
    hear: (frame) => frame,
    limits: (limits) => limits,
  };
}

describe('an answer over stages that sign', () => {
  const cut = [
    [0, 1],
    [2, 3],
    [4, 5],
  ] as const;

  /** A mesh of three stages; `lie` changes what one of them says at its end. */
  async function answerWith(
    liar: number,
    lie: (signed: string, keys: readonly SigningKey[]) => string,
  ) {
    const mesh = new FakeMesh();
    const keys = await Promise.all(cut.map(() => someKey()));
    const nodes = [];
    for (const [index, { privateKey, peer }] of keys.entries()) {
      mesh.keys.set(peer, privateKey);
      if (index === liar) {
        mesh.speak(
          peer,
          lastWords((signed) =>
            lie(
              signed,
              keys.map((each) => each.privateKey),
            ),
          ),
        );
      }
      nodes.push(await mesh.add(peer, cut[index] ?? [0, 5]));
    }
    const { tokens, done, error } = await collect(
      mesh.coordinator('me').generate(request(), signal()),
    );
    expect(error).toBeUndefined();
    expect(tokens).toEqual(expectedTokens(prompt, 20));
    await expectAllFree(...nodes);
    const isSigned = done?.receipt.signedParts?.map((part) => part !== null);
    return { mesh, peers: keys.map(({ peer }) => peer), isSigned };
  }

  it('finds nothing false in what they measured', async () => {
    const { mesh, isSigned } = await answerWith(-1, (signed) => signed);
    expect(isSigned).toEqual([true, true, true]);
    expect(mesh.falseAccounts).toEqual([]);
  });

  it.each([0, 1, 2])('blames stage %i, and no other, for a false count', async (liar) => {
    const { mesh, peers, isSigned } = await answerWith(liar, (signed, keys) => {
      const { value } = openStageAccount(signed);
      return sign({ ...value, tokens: value.tokens + 1000 }, keys[liar] as SigningKey);
    });
    expect(mesh.falseAccounts.map(([peer]) => peer)).toEqual([peers[liar]]);
    expect(isSigned).toEqual([0, 1, 2].map((index) => index !== liar));
  });

  it('blames nobody when a stage passes on what another one has signed', async () => {
    const { mesh } = await answerWith(0, (signed, keys) =>
      sign({ ...openStageAccount(signed).value, tokens: 7000 }, keys[1] as SigningKey),
    );
    expect(mesh.falseAccounts).toEqual([]);
  });
});
