// Judges documents with libraries that we did not write.
//
//   node verify.mjs < request.json
//
// A request, or an array of them, is {kind, document, didDocument?, documents?, …}; the answer has the same shape:
// {verified, errors, …}. `documents` maps addresses to what would be fetched there; nothing is ever fetched.
import { readFileSync } from 'node:fs';
import { judge as baked } from './kinds/baked.mjs';
import { judge as dataIntegrity, sign as signDataIntegrity } from './kinds/data-integrity.mjs';
import { judge as did } from './kinds/did.mjs';
import { measure } from './kinds/bench.mjs';
import { judge as jwt, sign as signJwt } from './kinds/jwt.mjs';
import { judge as schema } from './kinds/schema.mjs';
import { judge as verifierCore } from './kinds/verifier-core.mjs';

const kinds = {
  'credential': dataIntegrity,
  'verifier-core': verifierCore,
  'jwt': jwt,
  'baked': baked,
  'did': did,
  'schema': schema,
  'sign': signDataIntegrity,
  'sign-jwt': signJwt,
  'bench': measure,
};
// A cryptosuite's name is a kind too: the document must carry a proof of just that suite.
for (const suite of ['eddsa-jcs-2022', 'eddsa-rdfc-2022', 'ecdsa-jcs-2019', 'ecdsa-rdfc-2019', 'ecdsa-sd-2023', 'Ed25519Signature2020'])
  kinds[suite] = dataIntegrity;

async function answer(request) {
  const kind = kinds[request.kind];
  if (!kind)
    return { verified: false, errors: [`Unknown kind: ${request.kind}. Known: ${Object.keys(kinds).join(', ')}`] };
  try {
    return await kind(request);
  } catch (error) {
    return { verified: false, errors: [`${error.name}: ${error.message}`] };
  }
}

// Some libraries tell stories on the console; the answer alone goes to stdout.
console.log = console.info = console.debug = console.error;

const input = JSON.parse(readFileSync(0, 'utf8'));
const answers = [];
for (const request of Array.isArray(input) ? input : [input])
  answers.push(await answer(request));
process.stdout.write(JSON.stringify(Array.isArray(input) ? answers : answers[0]) + '\n');
