// The verifier behind the Digital Credentials Consortium's public pages and wallets: signature, dates and status in one verdict.
import { verifyCredential } from '@digitalcredentials/verifier-core';
import { documentLoader } from './documents.mjs';

export async function judge({ document, ...found }) {
  const load = documentLoader(found);
  const fetched = [];
  const own = globalThis.fetch;
  // It fetches by itself; what it gets is what the request brought along, and nothing else.
  globalThis.fetch = async request => {
    const url = String(request.url ?? request);
    fetched.push(url);
    try {
      const { document: answer } = await load(url === didAddress(found.didDocument) ? found.didDocument.id : url);
      return new Response(JSON.stringify(answer), { status: 200, headers: { 'content-type': 'application/ld+json' } });
    } catch {
      return new Response('', { status: 404 });
    }
  };
  try {
    const result = await verifyCredential({ credential: structuredClone(document), knownDIDRegistries: [] });
    const log = Object.fromEntries((result.log ?? []).map(step => [step.id, step]));
    const errors = (result.errors ?? []).map(error => `${error.name}: ${error.message}`);
    for (const step of ['valid_signature', 'expiration', ...[document.credentialStatus ?? []].flat().map(status => `${status.statusPurpose}_status`)]) {
      if (log[step]?.valid !== true)
        errors.push(`${step}: ${JSON.stringify(log[step] ?? 'not judged')}`);
    }
    return { verified: errors.length === 0, errors, fetched };
  } finally {
    globalThis.fetch = own;
  }
}

function didAddress(didDocument) {
  return didDocument?.id.startsWith('did:web:')
    ? `https://${didDocument.id.slice('did:web:'.length).replaceAll(':', '/').replaceAll('%3A', ':')}/did.json`
    : undefined;
}
