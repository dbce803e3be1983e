import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { membershipOf, someKey } from '../../../../test/support/pools/pool-keys.ts';
import type { Identity } from '../../identity/identity.ts';
import { fromText, toText } from '../../../../src-shared/signing/document-text.ts';
import { type Membership } from './certificate.ts';
import { maxPoolModels, PoolModelBook } from './pool-model-book.ts';
import {
  openPoolModel,
  type PoolModel,
  type PoolModelEntry,
  type PoolModelFacts,
  poolModelKind,
} from './pool-model.ts';
import { issueStatement, statementText } from './statement.ts';

const now = 1_800_000_000_000;
const pool = await someKey();
const admin = await someKey();
const adminMembership = await membershipOf(pool, admin.peer, { role: 'admin', at: now - 1000 });

const facts: PoolModelFacts = {
  name: 'Own model',
  licence: 'MIT',
  quantisation: 'Q8_0',
  sizeBytes: 1000,
  manifestId: 'a'.repeat(64),
};

function offer(
  more: Partial<PoolModelEntry> = {},
  by: Identity = pool,
  signer?: Membership,
): Promise<PoolModel> {
  const entry = { pool: pool.peer, id: 'own-model', at: now, model: facts, ...more };
  return issueStatement(poolModelKind, entry, by.privateKey, signer);
}

describe('a model that a pool offers', () => {
  it('is read unchanged, from the owner and from an admin', async () => {
    const file = { url: 'https://example.org/own.gguf', sha256: 'ab'.repeat(32) };
    for (const each of [
      await offer({ model: { ...facts, file } }),
      await offer({ model: null }, admin, adminMembership),
    ]) {
      const opened = await openPoolModel(statementText(each));
      expect(opened.entry.value).toEqual(each.entry.value);
    }
  });

  it('is refused with any byte of it changed', async () => {
    const text = statementText(await offer({}, admin, adminMembership));
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), async (position, flip) => {
        const bytes = fromText(text.entry);
        const index = position % bytes.length;
        bytes[index] = (bytes[index] ?? 0) ^ flip;
        await expect(openPoolModel({ ...text, entry: toText(bytes) })).rejects.toMatchObject({
          code: 'protocol-violation',
        });
      }),
      { numRuns: 100 },
    );
  });

  it('is refused from a signer that may not offer it', async () => {
    const other = await someKey();
    const otherPool = await someKey();
    const membership = await membershipOf(pool, other.peer, { at: now - 1000 });
    const elsewhere = await membershipOf(otherPool, admin.peer, { role: 'admin', at: now - 1000 });
    for (const each of [
      await offer({}, other),
      await offer({}, other, membership),
      await offer({}, other, adminMembership),
      await offer({}, admin, elsewhere),
      await offer({ at: 1 }, admin, adminMembership),
    ]) {
      await expect(openPoolModel(statementText(each))).rejects.toMatchObject({
        code: 'protocol-violation',
      });
    }
  });

  it.each<[string, Partial<PoolModelFacts>]>([
    ['an address without encryption', { file: { url: 'http://a.org/x', sha256: 'a'.repeat(64) } }],
    ['a name with control characters', { name: 'Own\u001B[2J' }],
    ['a name that is too long', { name: 'x'.repeat(201) }],
    ['no size', { sizeBytes: 0 }],
    ['an invalid manifest id', { manifestId: 'ab' }],
  ])('is refused with %s', async (_, wrong) => {
    const text = statementText(await offer({ model: { ...facts, ...wrong } }));
    await expect(openPoolModel(text)).rejects.toMatchObject({ code: 'protocol-violation' });
  });
});

describe('the models of a pool', () => {
  const removed = new Set<Membership>();
  const newBook = (): PoolModelBook =>
    new PoolModelBook({
      pool: pool.peer,
      isVoid: (membership) => removed.has(membership),
      now: () => now,
      onChange: () => {},
    });
  beforeEach(() => removed.clear());

  it('are the latest of each id, in any order of arrival, and entries of the owner win', async () => {
    const entries = [
      await offer({ at: now - 20 }),
      await offer({ at: now - 10, model: { ...facts, name: 'Newer' } }),
      await offer({ model: { ...facts, name: 'Of the admin' } }, admin, adminMembership),
      await offer({ id: 'second', at: now - 5 }, admin, adminMembership),
      await offer({ id: 'second', model: null }),
      await offer({ id: 'third' }, admin, adminMembership),
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(entries, { minLength: entries.length }),
        async (order) => {
          const book = newBook();
          order.forEach((each) => book.add(each));
          expect(book.offered().map(({ id, name }) => `${id}: ${name}`)).toEqual([
            'own-model: Newer',
            'third: Own model',
          ]);
        },
      ),
    );
  });

  it('include no entry of another pool, from the future, or twice', async () => {
    const book = newBook();
    const other = await someKey();
    expect(book.add(await offer({ pool: other.peer }))).toBe(false);
    expect(book.add(await offer({ at: now + 3_600_000 }))).toBe(false);
    const entry = await offer();
    expect([book.add(entry), book.add(entry)]).toEqual([true, false]);
  });

  it('of a removed admin are dropped, and not accepted any more', async () => {
    const book = newBook();
    book.add(await offer({}, admin, adminMembership));
    removed.add(adminMembership);
    expect([book.offered(), book.all()]).toEqual([[], []]);
    expect(book.add(await offer({ id: 'second' }, admin, adminMembership))).toBe(false);
  });

  it('forget entries that were withdrawn long ago when there is no room otherwise', async () => {
    const book = newBook();
    const longAgo = now - 100 * 24 * 3_600_000;
    for (let index = 0; index < maxPoolModels; index += 1) {
      book.add(await offer({ id: `model-${index}`, at: longAgo, model: index < 3 ? null : facts }));
    }
    for (let index = 0; index < 4; index += 1) {
      expect(book.add(await offer({ id: `new-${index}` }))).toBe(index < 3);
    }
  });

  it('are limited for admins, which leaves room for the owner and the next admin', async () => {
    const book = newBook();
    for (let index = 0; index <= maxPoolModels; index += 1) {
      const added = book.add(await offer({ id: `model-${index}` }, admin, adminMembership));
      expect(added).toBe(index < maxPoolModels);
    }
    expect(book.add(await offer({ id: 'of-the-owner' }))).toBe(true);
    expect([book.isOwners('of-the-owner'), book.isOwners('model-1')]).toEqual([true, false]);
    removed.add(adminMembership);
    const next = await someKey();
    const membership = await membershipOf(pool, next.peer, { role: 'admin', at: now - 1000 });
    expect(book.add(await offer({ id: 'of-the-next' }, next, membership))).toBe(true);
    expect(book.offered().map(({ id }) => id)).toEqual(['of-the-next', 'of-the-owner']);
  });
});
