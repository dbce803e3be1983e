import { generateKeyPair } from '@libp2p/crypto/keys';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { describe, expect, it } from 'vitest';
import type { Receipt } from '../chat.ts';
import { toText } from '../signing/document-text.ts';
import type { SigningKey } from '../signing/peer-key.ts';
import { sealDocument } from '../signing/signed-document.ts';
import { type CheckedReceipt, checkReceipt, isGenuine } from './check-receipt.ts';
import { sealReceipt } from './seal-receipt.ts';
import { type StageAccount, stageAccountKind } from './stage-account.ts';

type Party = { readonly key: SigningKey; readonly peer: string };

async function party(): Promise<Party> {
  const key = await generateKeyPair('Ed25519');
  return { key, peer: peerIdFromPrivateKey(key).toString() };
}

const now = 1_800_000_000_000;
const layersEach = 12;

function accountOf(requester: string, index: number, changed: Partial<StageAccount> = {}) {
  return {
    session: 'ab'.repeat(16),
    requester,
    manifestId: 'cd'.repeat(32),
    firstLayer: index * layersEach,
    lastLayer: index * layersEach + layersEach - 1,
    fromPosition: 0,
    toPosition: 1234,
    tokens: 1234,
    computeMs: 123_456,
    at: now,
    ...changed,
  };
}

function sign(account: StageAccount, { key }: Party): string {
  return toText(sealDocument(stageAccountKind, account, key).bytes);
}

/** The receipt over these stages, as its requester has it before sealing. */
function receiptOf(stages: readonly Party[], signedParts: (string | null)[]): Receipt {
  return {
    model: 'A model with a name of a usual length Q4_K_M',
    stages: stages.map(({ peer }, index) => ({
      peer,
      firstLayer: index * layersEach,
      lastLayer: index * layersEach + layersEach - 1,
      computeMs: 12.345678901234567,
      hopMs: 0.8012345678901234,
    })),
    promptTokens: 1000,
    cachedTokens: 512,
    tokens: 234,
    tokensPerSecond: 12.345678901234567,
    firstTokenMs: 1234.5678901234567,
    totalMs: 12_345.678901234567,
    signedParts,
  };
}

async function signedReceipt(count: number) {
  const asker = await party();
  const stages = await Promise.all(Array.from({ length: count }, party));
  const parts = stages.map((stage, index) => sign(accountOf(asker.peer, index), stage));
  const receipt = sealReceipt(receiptOf(stages, parts), asker.key, now);
  return { asker, stages, parts, receipt };
}

function states({ state, parts }: CheckedReceipt): string[] {
  return [...parts.map((part) => part.state), state];
}

/** The sealed receipt with other parts, sealed again by the requester. */
function resealed(receipt: Receipt, signedParts: (string | null)[], { key }: Party): Receipt {
  // Sealing leaves out wrong parts; a lying requester does not.
  const { seal = '' } = sealReceipt({ ...receipt, signedParts }, key, now);
  return { ...receipt, signedParts, seal };
}

describe('a receipt', () => {
  it('is checked by its signatures alone, and names each peer’s part and the requester', async () => {
    const { asker, stages, receipt } = await signedReceipt(2);
    const checked = checkReceipt(JSON.parse(JSON.stringify(receipt)));
    expect(checked).toMatchObject({ state: 'signed', requester: asker.peer, at: now });
    expect(checked.parts).toMatchObject(
      stages.map(({ peer }) => ({ peer, state: 'signed', account: { tokens: 1234 } })),
    );
    expect(isGenuine(checked)).toBe(true);
  });

  it('is genuine however its JSON was written anew', async () => {
    const { receipt } = await signedReceipt(2);
    const reordered = Object.fromEntries(Object.entries(receipt).toReversed());
    expect(isGenuine(checkReceipt(JSON.parse(JSON.stringify(reordered, null, 2))))).toBe(true);
  });

  it('of a chain of four takes less than 4 KB', async () => {
    const { receipt } = await signedReceipt(4);
    expect(JSON.stringify(receipt).length).toBeLessThan(4096);
  });

  it('tells which part was changed, whichever of its characters it was', async () => {
    const { receipt, parts } = await signedReceipt(2);
    const [first = '', second = ''] = parts;
    for (let index = 0; index < second.length; index += 1) {
      const other = second[index] === 'A' ? 'B' : 'A';
      const changed = `${second.slice(0, index)}${other}${second.slice(index + 1)}`;
      const checked = checkReceipt({ ...receipt, signedParts: [first, changed] });
      expect(states(checked)).toEqual(['signed', 'changed', 'changed']);
      expect(isGenuine(checked)).toBe(false);
    }
  });

  it('is no longer genuine when anything else of it was changed', async () => {
    const { receipt } = await signedReceipt(2);
    const changes: Partial<Receipt>[] = [
      { tokens: 235 },
      { totalMs: 12_345.678901234569 },
      { model: 'Another model' },
      { seal: (await signedReceipt(2)).receipt.seal },
      { stages: receipt.stages.map((stage) => ({ ...stage, computeMs: 1 })) },
    ];
    for (const change of changes) {
      const checked = checkReceipt({ ...receipt, ...change });
      expect(checked.state).toBe('changed');
      expect(isGenuine(checked)).toBe(false);
    }
    expect(checkReceipt({ ...receipt, anything: 'more' }).state).toBe('changed');
  });

  it('tells parts that are not signed, as those of earlier versions, and is genuine with them', async () => {
    const { asker, stages, parts } = await signedReceipt(2);
    const receipt = sealReceipt(receiptOf(stages, [parts[0] ?? null, null]), asker.key, now);
    const checked = checkReceipt(receipt);
    expect(states(checked)).toEqual(['signed', 'not-signed', 'signed']);
    expect(isGenuine(checked)).toBe(true);
    const { signedParts: _parts, ...bare } = receiptOf(stages, []);
    const none = checkReceipt(sealReceipt(bare, asker.key, now));
    expect(states(none)).toEqual(['not-signed', 'not-signed', 'signed']);
    expect(states(checkReceipt(bare))).toEqual(['not-signed', 'not-signed', 'not-signed']);
    expect(isGenuine(checkReceipt(bare))).toBe(false);
  });

  it('takes no part that was signed by, for or of something else', async () => {
    const { asker, stages, parts, receipt } = await signedReceipt(2);
    const [one, two] = stages as [Party, Party];
    const [first = ''] = parts;
    const wrong: [string, string][] = [
      ['other-signer', sign(accountOf(asker.peer, 1), one)],
      ['other-requester', sign(accountOf(one.peer, 1), two)],
      ['other-layers', sign(accountOf(asker.peer, 1, { lastLayer: 30 }), two)],
      ['other-answer', sign(accountOf(asker.peer, 1, { session: 'ef'.repeat(16) }), two)],
      ['other-answer', sign(accountOf(asker.peer, 1, { manifestId: 'ef'.repeat(32) }), two)],
    ];
    for (const [state, part] of wrong) {
      const checked = checkReceipt(resealed(receipt, [first, part], asker));
      expect(checked.parts.map((each) => each.state)).toEqual(['signed', state]);
      expect(isGenuine(checked)).toBe(false);
    }
  });

  it('is sealed without parts that are wrong, so that a peer cannot make a false one of it', async () => {
    const { asker, stages, parts } = await signedReceipt(2);
    const [one] = stages as [Party];
    const foreign = sign(accountOf(asker.peer, 1), one);
    const sealed = sealReceipt(receiptOf(stages, [parts[0] ?? null, foreign]), asker.key, now);
    expect(sealed.signedParts).toEqual([parts[0], null]);
    expect(isGenuine(checkReceipt(sealed))).toBe(true);
  });

  it('is refused when it is none', () => {
    for (const other of [null, 7, 'text', {}, { model: 'a', stages: 'b' }]) {
      expect(() => checkReceipt(other)).toThrow('This is no receipt of an answer.');
    }
  });
});
