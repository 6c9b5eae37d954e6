import { isAccountId } from '../../base/arn.js';
import type { AccountId, Region } from '../../base/ids.js';
import { parseJsonObject } from '../../base/json-object.js';
import { jsonReply, type Route } from '../../http/ports.js';

/** Whose SMS. */
export interface SmsOwner {
  readonly account: AccountId;
  readonly region: Region;
}

export interface SmsPagePorts {
  /** The last messages to phones, newest first. */
  recent(phoneNumber: string | undefined): Promise<object>;
  inbound(from: string, text: string, owner: SmsOwner): Promise<'optedOut' | 'notAKeyword' | 'badNumber' | 'storageFull'>;
  confirm(
    what: { readonly messageId: string } | { readonly phoneNumber: string },
  ): Promise<'confirmed' | 'already' | 'unknown' | 'badNumber'>;
}

const badNumber = jsonReply(400, { error: 'a phone number has a plus, the code of its country, and up to 15 digits in all' });

/** `GET /_signalbox/sms`: the last messages to phones, all or with `?to=` those to one number. */
export function smsPage({ recent }: SmsPagePorts): Route {
  return {
    method: 'GET',
    path: /^\/_signalbox\/sms$/,
    handle: async ({ query }) => jsonReply(200, await recent(query.get('to')?.replace(/^ /, '+') ?? undefined)),
  };
}

/** `POST /_signalbox/sms/inbound {"from", "text", "account", "region"}`: a message from a phone. STOP and the like opt the number out. */
export function inboundSmsPage({ inbound }: SmsPagePorts, defaults: SmsOwner): Route {
  return {
    method: 'POST',
    path: /^\/_signalbox\/sms\/inbound$/,
    handle: async ({ body }) => {
      const { from, text, account = defaults.account, region = defaults.region, ...others } = objectOf(body);
      const isValid = typeof from === 'string' && typeof text === 'string' && typeof account === 'string' && typeof region === 'string';
      if (!isValid || !isAccountId(account) || !isRegion(region) || Object.keys(others).length > 0) {
        return jsonReply(400, {
          error: 'the body must be {"from": "+15555550100", "text": "STOP"}, with "account" and "region" where they are others',
        });
      }
      const outcome = await inbound(from, text, { account, region });
      if (outcome === 'badNumber') return badNumber;
      if (outcome === 'storageFull') return jsonReply(503, { error: 'the disk is nearly full' });
      return jsonReply(200, { optedOut: outcome === 'optedOut', account, region });
    },
  };
}

/** `POST /_signalbox/sms/conversions {"phoneNumber"}` or `{"messageId"}`: what a message asked for has happened. */
export function smsConversionsPage({ confirm }: SmsPagePorts): Route {
  return {
    method: 'POST',
    path: /^\/_signalbox\/sms\/conversions$/,
    handle: async ({ body }) => {
      const given = objectOf(body);
      const { phoneNumber, messageId } = given;
      const what = typeof phoneNumber === 'string' ? { phoneNumber } : typeof messageId === 'string' ? { messageId } : undefined;
      if (what === undefined || Object.keys(given).length > 1) {
        return jsonReply(400, { error: 'the body must be {"phoneNumber": "+15555550100"} or {"messageId": "..."}' });
      }
      const outcome = await confirm(what);
      switch (outcome) {
        case 'badNumber':
          return badNumber;
        case 'unknown':
          return jsonReply(404, {
            error: 'no such message is remembered: is sms.guards.conversion set, and was it sent within the window?',
          });
        case 'already':
        case 'confirmed':
          return jsonReply(200, { counted: outcome === 'confirmed' });
      }
    },
  };
}

function objectOf(body: Buffer): Readonly<Record<string, unknown>> {
  return parseJsonObject(body.toString()) ?? {};
}

function isRegion(text: string): text is Region {
  return /^[a-z0-9-]{1,40}$/.test(text);
}
