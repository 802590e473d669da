// Embedded proofs, by Digital Bazaar's libraries.
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import { Ed25519Signature2020 } from '@digitalbazaar/ed25519-signature-2020';
import { Ed25519VerificationKey2020 } from '@digitalbazaar/ed25519-verification-key-2020';
import * as ecdsaJcs from '@digitalbazaar/ecdsa-jcs-2019-cryptosuite';
import { cryptosuite as ecdsaRdfc } from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import * as ecdsaSd from '@digitalbazaar/ecdsa-sd-2023-cryptosuite';
import * as eddsaJcs from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import { cryptosuite as eddsaRdfc } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import { checkStatus } from '@digitalbazaar/vc-bitstring-status-list';
import jsigs from 'jsonld-signatures';
import { documentLoader } from './documents.mjs';

const verifying = {
  'eddsa-rdfc-2022': () => eddsaRdfc,
  'eddsa-jcs-2022': () => eddsaJcs.createVerifyCryptosuite(),
  'ecdsa-rdfc-2019': () => ecdsaRdfc,
  'ecdsa-jcs-2019': () => ecdsaJcs.createVerifyCryptosuite(),
  'ecdsa-sd-2023': () => ecdsaSd.createVerifyCryptosuite(),
};

const signing = {
  ...verifying,
  'eddsa-jcs-2022': () => eddsaJcs.createSignCryptosuite(),
  'ecdsa-jcs-2019': () => ecdsaJcs.createSignCryptosuite(),
  'ecdsa-sd-2023': ({ mandatoryPointers }) => ecdsaSd.createSignCryptosuite({ mandatoryPointers }),
};

export async function judge({ kind, document, now, checkStatusList, ...found }) {
  const proofs = [document.proof ?? []].flat();
  const other = proofs.find(proof => kind !== 'credential' && proof.cryptosuite !== kind && proof.type !== kind);
  if (proofs.length === 0 || other)
    return { verified: false, errors: [`No proof of kind ${kind}: ${JSON.stringify(proofs.map(proof => proof.cryptosuite ?? proof.type))}`] };

  const suite = [...new Set(proofs.map(proof => proof.cryptosuite ?? proof.type))].map(verifyingSuite);
  const loader = documentLoader(found);
  const purpose = new jsigs.purposes.AssertionProofPurpose();
  const result = isCredential(document)
    ? await vc.verifyCredential({
        credential: document, suite, documentLoader: loader, ...(now && { now: new Date(now) }),
        // Without checkStatus the library refuses every credential that names a status.
        checkStatus: checkStatusList ? options => checkStatus({ ...options, verifyBitstringStatusListCredential: true })
          : async () => ({ verified: true }),
      })
    : await jsigs.verify(document, { suite, purpose, documentLoader: loader });
  return { verified: result.verified, errors: messages(result), statuses: result.statusResult?.results };
}

export async function sign({ cryptosuite, document, key, mandatoryPointers, ...found }) {
  const multikey = cryptosuite === 'Ed25519Signature2020' ? await Ed25519VerificationKey2020.from(key)
    : cryptosuite.startsWith('eddsa') ? await Ed25519Multikey.from(key) : await EcdsaMultikey.from(key);
  const suite = cryptosuite === 'Ed25519Signature2020'
    ? new Ed25519Signature2020({ key: multikey })
    : new DataIntegrityProof({ signer: multikey.signer(), cryptosuite: signing[cryptosuite]({ mandatoryPointers }) });
  const loader = documentLoader(found);
  const signed = isCredential(document)
    ? await vc.issue({ credential: document, suite, documentLoader: loader })
    : await jsigs.sign(document, { suite, purpose: new jsigs.purposes.AssertionProofPurpose(), documentLoader: loader });
  return { verified: true, errors: [], document: signed };
}

function verifyingSuite(name) {
  if (name === 'Ed25519Signature2020')
    return new Ed25519Signature2020();
  if (!verifying[name])
    throw new Error(`Unknown cryptosuite: ${name}`);
  return new DataIntegrityProof({ cryptosuite: verifying[name]() });
}

function isCredential(document) {
  return [document.type ?? []].flat().includes('VerifiableCredential');
}

function messages(result) {
  if (result.verified)
    return [];
  const errors = [result.error, ...(result.results ?? []).map(one => one.error), result.statusResult?.error].filter(Boolean);
  return errors.flatMap(error => [error, ...(error.errors ?? [])]).map(error => `${error.name}: ${error.message}`);
}
