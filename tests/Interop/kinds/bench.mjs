// How often Digital Bazaar's libraries sign and verify in a second of processor time: contexts parsed and processed once.
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import * as eddsaJcs from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import { cryptosuite as eddsaRdfc } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import { documentLoader as loaderOf } from './documents.mjs';

const suites = {
  'eddsa-rdfc-2022': { sign: () => eddsaRdfc, verify: () => eddsaRdfc },
  'eddsa-jcs-2022': { sign: () => eddsaJcs.createSignCryptosuite(), verify: () => eddsaJcs.createVerifyCryptosuite() },
};

export async function measure({ suites: names, documents, seconds }) {
  const controller = documents[0].issuer.id;
  const key = await Ed25519Multikey.generate({ controller });
  key.id = `${controller}#${key.publicKeyMultibase}`;
  const method = await key.export({ publicKey: true, includeContext: false });
  const didDocument = { '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'], id: controller, verificationMethod: [method], assertionMethod: [key.id] };
  const documentLoader = loaderOf({ didDocument });
  const answer = { verified: true, errors: [] };
  for (const name of names) {
    const signing = new DataIntegrityProof({ signer: key.signer(), cryptosuite: suites[name].sign() });
    const verifying = () => new DataIntegrityProof({ cryptosuite: suites[name].verify() });
    const signed = [];
    for (const credential of documents)
      signed.push(await vc.issue({ credential: structuredClone(credential), suite: signing, documentLoader }));
    const verify = i => vc.verifyCredential({
      credential: signed[i % signed.length], suite: verifying(), documentLoader, now: new Date('2026-05-01T12:00:00Z'), checkStatus: async () => ({ verified: true }),
    });
    const first = await verify(0);
    if (!first.verified)
      return { verified: false, errors: [`${name}: ${first.error}`] };
    answer[name] = {
      sign: await rate(seconds, i => vc.issue({ credential: structuredClone(documents[i % documents.length]), suite: signing, documentLoader })),
      verify: await rate(seconds, verify),
    };
  }
  return answer;
}

// Rounds are measured in processor time: on a busy machine a second on the clock is not enough to warm anything.
async function rate(seconds, action) {
  await during(seconds / 2, action);
  const { count, used } = await during(seconds, action);
  return count / used;
}

async function during(seconds, action) {
  const before = process.cpuUsage();
  for (let count = 1; ; count++) {
    await action(count);
    const { user, system } = process.cpuUsage(before);
    const used = (user + system) / 1e6;
    if (used >= seconds)
      return { count, used };
  }
}
