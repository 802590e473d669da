// A DID document: does it mean something, and can each of its keys be used?
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import { importJWK } from 'jose';
import jsonld from 'jsonld';
import { documentLoader } from './documents.mjs';

export async function judge({ document }) {
  const errors = [];
  await jsonld.toRDF(document, { documentLoader: documentLoader({}), safe: true });
  if (document['@context'][0] !== 'https://www.w3.org/ns/did/v1')
    errors.push('Its first context is not that of DIDs.');
  const methods = new Map(document.verificationMethod.map(method => [method.id, method]));
  for (const method of methods.values()) {
    if (method.controller !== document.id || !method.id.startsWith(document.id + '#'))
      errors.push(`${method.id} is not absolute, or not of this document.`);
    if (method.publicKeyJwk)
      await importJWK(method.publicKeyJwk, 'RS256');
    else
      await (method.publicKeyMultibase.startsWith('z6Mk') ? Ed25519Multikey : EcdsaMultikey).from(method);
  }
  for (const id of document.assertionMethod) {
    if (!methods.has(id))
      errors.push(`assertionMethod names ${id}, which is not there.`);
  }
  return { verified: errors.length === 0, errors };
}
