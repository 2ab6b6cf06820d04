import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** @typedef {{ writeKey: string, secretKey: string, webhookSecret: string }} Keys */

/**
 * The keys of the example site: made on the first run and kept, so that a second run finds its data again.
 * @returns {Keys}
 */
export function readOrMakeKeys(file) {
  if (!existsSync(file)) {
    // `wx`: of two first runs at once, one fails and says so. 0600: the file holds secrets.
    writeFileSync(file, `${JSON.stringify(makeKeys(), null, 2)}\n`, { flag: 'wx', mode: 0o600 });
  }
  return readKeys(file);
}

function readKeys(file) {
  try {
    const { writeKey, secretKey, webhookSecret } = JSON.parse(readFileSync(file, 'utf8'));
    if (writeKey && secretKey && webhookSecret) return { writeKey, secretKey, webhookSecret };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new Error(`${file} is damaged: delete it, and new keys are made at the next start`);
}

function makeKeys() {
  return {
    writeKey: `pk_${randomBytes(24).toString('base64url')}`,
    secretKey: `sk_${randomBytes(24).toString('base64url')}`,
    // Standard Webhooks asks for 24 to 64 bytes, as base64.
    webhookSecret: `whsec_${randomBytes(24).toString('base64')}`,
  };
}
