// Published JSON Schemas, by ajv.
import Ajv2019 from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';

export async function judge({ document, schema }) {
  const ajv = new Ajv2019({ strict: false, allErrors: true });
  addFormats(ajv);
  const verified = ajv.validate(schema, document);
  return { verified, errors: (ajv.errors ?? []).map(error => `${error.instancePath} ${error.message}`) };
}
