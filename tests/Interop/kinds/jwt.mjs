// Tokens, by jose.
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import { importJWK, jwtVerify, SignJWT } from 'jose';
import { fromDidDocument } from './documents.mjs';

const algorithms = ['RS256', 'ES256', 'ES384', 'EdDSA'];

/** `keys` maps a kid to a JWK; other kids are looked for in the DID document. */
export async function judge({ document, didDocument, keys = {}, now }) {
  const { payload, protectedHeader } = await jwtVerify(document, async header => {
    const jwk = keys[header.kid] ?? await jwkOf(fromDidDocument(didDocument, header.kid), header.kid);
    return importJWK(jwk, header.alg);
  }, { algorithms, ...(now && { currentDate: new Date(now) }) });
  return { verified: true, errors: [], header: protectedHeader, payload };
}

export async function sign({ document, algorithm, keyId, privateJwk }) {
  const token = await new SignJWT(document)
    .setProtectedHeader({ alg: algorithm, typ: 'JWT', kid: keyId })
    .sign(await importJWK(privateJwk, algorithm));
  return { verified: true, errors: [], document: token };
}

async function jwkOf(method, keyId) {
  if (!method)
    throw new Error(`Key not found: ${keyId}`);
  if (method.publicKeyJwk)
    return method.publicKeyJwk;
  const library = method.publicKeyMultibase.startsWith('z6Mk') ? Ed25519Multikey : EcdsaMultikey;
  return library.toJwk({ keyPair: await library.from(method) });
}
