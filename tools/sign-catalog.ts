/**
 * Signs assets/catalog.json: `node tools/sign-catalog.ts KEY.pem [CATALOG]`, where KEY.pem is the makers' private
 * Ed25519 key, kept outside the repository; MINDMESH_CATALOG_KEY may name its file instead. The catalog's number
 * goes up by one whenever its models differ from what was signed before.
 */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { type Catalog, readCatalog, signedBytes } from '../src-worker/node/hosting/catalog.ts';

const [keyPath = process.env['MINDMESH_CATALOG_KEY'], path = 'assets/catalog.json'] =
  process.argv.slice(2);
if (keyPath === undefined) {
  throw new Error('Give the file of the private key: node tools/sign-catalog.ts KEY.pem');
}
const key = createPrivateKey(await readFile(keyPath));
if (key.asymmetricKeyType !== 'ed25519') {
  throw new Error(`${keyPath} is no Ed25519 key`);
}
const before = JSON.parse(await readFile(path, 'utf8')) as { catalog: Catalog; signature?: string };
const isAsSigned = before.signature === signatureOf(before.catalog);
const isFirst = before.signature === undefined;
const sequence = before.catalog.sequence + (isAsSigned || isFirst ? 0 : 1);
const catalog = { ...before.catalog, sequence };
const text = `${JSON.stringify({ catalog, signature: signatureOf(catalog) }, null, 2)}\n`;
// What would not be read back is not written.
readCatalog(text, () => true);
await writeFile(path, text);
const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).toString('base64');
console.log(`${path} is signed as number ${catalog.sequence}, with the key ${publicKey}`);

function signatureOf(catalog: Catalog): string {
  return sign(null, signedBytes(catalog), key).toString('base64');
}
