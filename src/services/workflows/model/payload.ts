import type { Refusal } from '../../../wire/refusal.js';
import { type Json, parseJson } from '../language/json.js';
import { payloadBytesMax } from '../limits.js';

/** A JSON text of a request; `refuse` words what is wrong with it. */
export function readPayload(text: string, refuse: (reason: string) => Refusal): Json | Refusal {
  if (text.length > payloadBytesMax || Buffer.byteLength(text) > payloadBytesMax)
    return refuse(`The payload is larger than ${payloadBytesMax} bytes`);
  const value = parseJson(text);
  return value === undefined ? refuse('The payload is not valid JSON') : value;
}
