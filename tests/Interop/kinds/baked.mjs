// Baked pictures, taken apart as Open Badges 3.0 (5.3) says, then judged by what was inside.
import { judge as dataIntegrity } from './data-integrity.mjs';
import { judge as jwt } from './jwt.mjs';

export async function judge({ image, mediaType, ...request }) {
  const bytes = Buffer.from(image, 'base64');
  const credential = mediaType === 'image/png' ? fromPng(bytes) : fromSvg(bytes.toString('utf8'));
  if (!credential)
    return { verified: false, errors: ['There is no credential in the picture.'] };
  return credential.startsWith('{')
    ? { ...await dataIntegrity({ ...request, kind: 'credential', document: JSON.parse(credential) }), credential }
    : { ...await jwt({ ...request, document: credential }), credential };
}

function fromPng(bytes) {
  for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const data = bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at));
    if (bytes.toString('latin1', at + 4, at + 8) !== 'iTXt')
      continue;
    const [keyword] = data.toString('latin1').split('\0', 1);
    if (keyword === 'openbadgecredential' || keyword === 'clrcredential')
      return data.subarray(keyword.length + 5).toString('utf8');
  }
}

function fromSvg(text) {
  const [, prefix] = /xmlns:(\w+)="https:\/\/purl\.imsglobal\.org\/(?:ob\/v3p0|clr\/v2p0)"/.exec(text) ?? [];
  const inside = new RegExp(`<${prefix}:credential[^>]*>\\s*<!\\[CDATA\\[([^]*?)\\]\\]>`).exec(text);
  return inside?.[1] ?? new RegExp(`<${prefix}:credential[^>]* verify="([^"]*)"`).exec(text)?.[1];
}
