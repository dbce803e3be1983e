import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { isSignedByApp, listedModels, type PoolOffer, readCatalog } from './catalog.ts';

const appText = await readFile(new URL('../../../assets/catalog.json', import.meta.url), 'utf8');
const app = readCatalog(appText, isSignedByApp);
describe("the app's catalog", () => {
  it('is signed, and every file in it has an address, a size, a hash and a licence', () => {
    expect(app.models.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['qwen3-0.6b', 'qwen3-8b', 'qwen3-32b', 'llama-3.1-8b']),
    );
    for (const { urls, sizeBytes, licence } of app.models) {
      expect(urls[0]).toMatch(/^https:\/\/.+\.gguf$/);
      expect(sizeBytes).toBeGreaterThan(100_000_000);
      expect(licence.name).not.toBe('');
    }
  });

  it.each([
    ['a hash', (text: string) => text.replace(/"sha256": "./, '"sha256": "0')],
    ['an address', (text: string) => text.replace('huggingface.co', 'example.org')],
    ['its number', (text: string) => text.replace(/"sequence": \d+/, '"sequence": 99')],
  ])('is refused when someone changed %s', (_, change) => {
    const changed = change(appText);
    expect(changed).not.toBe(appText);
    expect(() => readCatalog(changed, isSignedByApp)).toThrow(/signature is not right/);
  });

  it.each([
    ['no JSON', 'catalog'],
    ['an address without encryption', appText.replace('https://', 'http://')],
    ['an unknown field', appText.replace('"format"', '"surprise": 1, "format"')],
    ['more than a megabyte', ' '.repeat(1024 * 1024 + 1)],
  ])('is refused when it has %s', (_, text) => {
    expect(() => readCatalog(text, () => true)).toThrow(
      expect.objectContaining({ code: 'request-invalid' }),
    );
  });
});

describe('the models of pools', () => {
  const [first] = app.models;
  const pool = { id: 'some pool', name: 'Friends' };
  const offer: PoolOffer = {
    pool,
    id: 'own-model',
    name: 'Own model',
    quantisation: 'F32',
    licence: 'MIT',
    sizeBytes: 1000,
    manifestId: 'a'.repeat(64),
  };

  it("extend the app's list and say where they are from", () => {
    const listed = listedModels(app.models, [offer]);
    expect(listed).toHaveLength(app.models.length + 1);
    expect(listed.at(-1)).toMatchObject({ id: 'own-model', pool, urls: [], sha256: null });
    const file = { url: 'https://example.org/own.gguf', sha256: 'ab'.repeat(32) };
    expect(listedModels([], [{ ...offer, file }])).toMatchObject([
      { urls: [file.url], sha256: file.sha256 },
    ]);
  });

  it("cannot put another file in place of one of the app's, or of another pool", () => {
    expect(listedModels(app.models, [{ ...offer, id: first?.id ?? '' }])).toEqual(app.models);
    const file = { url: 'https://example.org/own.gguf', sha256: first?.sha256 ?? '' };
    expect(listedModels(app.models, [{ ...offer, file }])).toEqual(app.models);
    const other = { ...offer, pool: { id: 'other', name: 'Others' }, name: 'Another' };
    expect(listedModels([], [offer, other])).toMatchObject([{ name: 'Own model' }]);
  });
});
