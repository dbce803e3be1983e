import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import {
  type Catalog,
  isSignedByApp,
  offeredModels,
  readCatalog,
  signedBytes,
  type VerifySignature,
} from './catalog.ts';

const appText = await readFile(new URL('../../../assets/catalog.json', import.meta.url), 'utf8');
const app = readCatalog(appText, isSignedByApp);
const pool = generateKeyPairSync('ed25519');
const isSignedByPool: VerifySignature = (signed, signature) =>
  verify(null, signed, pool.publicKey, signature);

function poolText(catalog: Catalog): string {
  const signature = sign(null, signedBytes(catalog), pool.privateKey).toString('base64');
  return JSON.stringify({ catalog, signature });
}

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
  ])('is refused when somebody changed %s', (_, change) => {
    const changed = change(appText);
    expect(changed).not.toBe(appText);
    expect(() => readCatalog(changed, isSignedByApp)).toThrow(/signature is not right/);
  });

  it.each([
    ['no JSON', 'catalog'],
    ['an address without encryption', appText.replace('https://', 'http://')],
    ['a field nobody knows', appText.replace('"format"', '"surprise": 1, "format"')],
    ['more than a megabyte', ' '.repeat(1024 * 1024 + 1)],
  ])('is refused when it has %s', (_, text) => {
    expect(() => readCatalog(text, () => true)).toThrow(
      expect.objectContaining({ code: 'request-invalid' }),
    );
  });
});

describe("a pool's catalog", () => {
  const [first] = app.models;
  const own: Catalog = {
    format: 1,
    sequence: 1,
    models: app.models.slice(0, 1).map((model) => ({
      ...model,
      id: 'own-model',
      sha256: 'ab'.repeat(32),
    })),
  };

  it("extends the app's and is checked by the pool's key", () => {
    const read = readCatalog(poolText(own), isSignedByPool);
    expect(offeredModels([app, read])).toHaveLength(app.models.length + 1);
    expect(() => readCatalog(poolText(own), isSignedByApp)).toThrow(/signature is not right/);
  });

  it("cannot put another file in place of one of the app's", () => {
    const models = own.models.map((model) => ({ ...model, id: first?.id ?? '' }));
    const read = readCatalog(poolText({ ...own, models }), isSignedByPool);
    expect(offeredModels([app, read])).toEqual(app.models);
  });
});
