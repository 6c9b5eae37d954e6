import { type Check, frenchAccount, iban, italianAccount, luhn, routing, spanishAccount } from '../checksums.js';
import { type DataIdentifier, form, freeForm, identifier } from '../identifier.js';

/** Developer guide, "Sensitive data types: Financial". */
const account = ['account code', 'account number', 'account no', 'account no.', 'account#', 'acct', 'bank account', 'bban', 'iban'];
const accountDE = ['bankleitzahl', 'blz', 'kontonummer', 'kontonr', 'bankkonto', 'bankverbindung', ...account];
const accountES = [
  'código cuenta',
  'codigo cuenta',
  'cuenta',
  'cuenta bancaria',
  'cuenta cliente',
  'número cuenta',
  'numero cuenta',
  ...account,
];
const accountFR = ['code bancaire', 'compte bancaire', 'numéro compte', 'numero compte', 'numéro de compte', 'rib', ...account];
const accountGB = ['sort code', 'sortcode', ...account];
const accountIT = ['conto', 'conto bancario', 'coordinate bancarie', 'numero di conto', 'numero conto', 'codice bancario', ...account];
const accountUS = [
  'bank account number',
  'checking account',
  'checking acct',
  'deposit account',
  'savings account',
  'savings acct',
  'chequing account',
  'chequing acct',
  'routing number',
  'aba',
  ...account,
];

const card = [
  'account number',
  'american express',
  'amex',
  'bank card',
  'card',
  'card num',
  'card number',
  'cc #',
  'cc number',
  'ccn',
  'check card',
  'credit',
  'credit card',
  'credit card number',
  'credit card#',
  'dankort',
  'debit',
  'debit card',
  'debit card number',
  'diners club',
  'discover',
  'electron',
  'elo verification code',
  'japanese card bureau',
  'jcb',
  'mastercard',
  'mc',
  'pan',
  'payment account number',
  'payment card number',
  'pcn',
  'union pay',
  'visa',
];

export const financial: readonly DataIdentifier[] = [
  identifier('BankAccountNumber-DE', ibanOf('DE', spaced('\\d', 18), accountDE), form('\\d{8}[ /-]?\\d{10}', { keywords: accountDE })),
  identifier(
    'BankAccountNumber-ES',
    ibanOf('ES', spaced('\\d', 20), accountES, spanishAccount),
    form('\\d{4}[ -]?\\d{4}[ -]?\\d{2}[ -]?\\d{10}', { check: spanishAccount, keywords: accountES }),
  ),
  identifier(
    'BankAccountNumber-FR',
    ibanOf('FR', spaced('\\d', 10) + spaced('[0-9A-Z]', 11) + spaced('\\d', 2), accountFR, frenchAccount),
    form('\\d{5}[ -]?\\d{5}[ -]?[0-9A-Z]{11}[ -]?\\d{2}', { check: frenchAccount, keywords: accountFR }),
  ),
  identifier(
    'BankAccountNumber-GB',
    ibanOf('GB', spaced('[A-Z]', 4) + spaced('\\d', 14), accountGB),
    form('\\d{2}-\\d{2}-\\d{2}[ /-]{1,3}\\d{8}|\\d{14}', { keywords: accountGB }),
  ),
  identifier(
    'BankAccountNumber-IT',
    ibanOf('IT', spaced('[A-Z]', 1) + spaced('\\d', 10) + spaced('[0-9A-Z]', 12), accountIT, italianAccount),
    form('[A-Z][ -]?\\d{5}[ -]?\\d{5}[ -]?[0-9A-Z]{12}', { check: italianAccount, keywords: accountIT }),
  ),
  identifier(
    'BankAccountNumber-US',
    form('\\d{10,17}', { keywords: accountUS }),
    form('\\d{9}', { check: routing, keywords: ['aba', 'routing number', 'routing no', 'routing', 'rtn'] }),
    form('\\d{6,9}', { keywords: accountUS }),
  ),
  identifier(
    'CreditCardExpiration',
    form('(?:0?[1-9]|1[0-2])\\s?[/-]\\s?(?:20)?\\d{2}|20\\d{2}[/-](?:0[1-9]|1[0-2])', {
      keywords: [
        'exp',
        'exp d',
        'exp m',
        'exp y',
        'exp date',
        'exp month',
        'exp year',
        'expiration',
        'expiration date',
        'expiry',
        'expiry date',
      ],
    }),
  ),
  identifier(
    'CreditCardMagneticStripe',
    freeForm('%?[Bb]\\d{13,19}\\^[^^\\r\\n]{2,26}\\^\\d{7}[^?\\r\\n]{0,60}\\?', { keywords: stripe() }),
    freeForm(';\\d{13,19}=\\d{7}\\d{0,16}\\?', { keywords: stripe() }),
  ),
  identifier('CreditCardNumber', form('(?:\\d[ -]?){12,18}\\d', { check: isCard, keywords: card })),
  identifier(
    'CreditCardSecurityCode',
    form('\\d{3,4}', {
      keywords: [
        'card id',
        'card identification code',
        'card identification number',
        'card security code',
        'card validation code',
        'card validation number',
        'card verification data',
        'card verification value',
        'cvc',
        'cvc2',
        'cvv',
        'cvv2',
        'elo verification code',
        'security code',
      ],
    }),
  ),
];

function stripe(): readonly string[] {
  return ['card data', 'iso7813', 'mag', 'magstripe', 'stripe', 'swipe', 'track 1', 'track 2'];
}

/** In one piece or in groups. */
function ibanOf(country: string, account: string, keywords: readonly string[], national: Check = () => true) {
  return form(`${country}\\d{2}${account}`, { check: (found) => iban(found) && national(found), keywords });
}

function spaced(character: string, count: number): string {
  return `(?: ?${character}){${count}}`;
}

/** Prefixes of issuers: ISO/IEC 7812 as its registrants publish them. */
const issuers = [
  /^4\d{12}(?:\d{3})?(?:\d{3})?$/, // Visa, Electron
  /^(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}$/, // Mastercard
  /^3[47]\d{13}$/, // American Express
  /^3(?:0[0-5]|[68]\d)\d{11}$/, // Diners Club
  /^36\d{12,17}$/,
  /^(?:6011|64[4-9]\d|65\d{2})\d{12,15}$/, // Discover
  /^35(?:2[89]|[3-8]\d)\d{12,15}$/, // JCB
  /^(?:1800|2131)\d{11}$/,
  /^62\d{14,17}$/, // UnionPay
  /^(?:5018|5020|5038|5893|6304|67\d{2})\d{8,15}$/, // Maestro
  /^(?:5019|4571)\d{12}$/, // Dankort
];

/** Numbers that issuers and payment services publish for tests: they are nobody's. */
const testNumbers: ReadonlySet<string> = new Set([
  '122000000000003',
  '2222405343248877',
  '2222990905257051',
  '2223007648726984',
  '2223577120017656',
  '30569309025904',
  '34343434343434',
  '3528000700000000',
  '3530111333300000',
  '3566002020360505',
  '36148900647913',
  '36700102000000',
  '371449635398431',
  '378282246310005',
  '378734493671000',
  '38520000023237',
  '4012888888881881',
  '4111111111111111',
  '4222222222222',
  '4444333322221111',
  '4462030000000000',
  '4484070000000000',
  '4911830000000',
  '4917300800000000',
  '4917610000000000',
  '4917610000000000003',
  '5019717010103742',
  '5105105105105100',
  '5111010030175156',
  '5185540810000019',
  '5200828282828210',
  '5204230080000017',
  '5204740009900014',
  '5420923878724339',
  '5454545454545454',
  '5455330760000018',
  '5506900490000436',
  '5506900490000444',
  '5506900510000234',
  '5506920809243667',
  '5506922400634930',
  '5506927427317625',
  '5553042241984105',
  '5555553753048194',
  '5555555555554444',
  '5610591081018250',
  '6011000990139424',
  '6011000400000000',
  '6011111111111117',
  '630490017740292441',
  '630495060000000000',
  '6331101999990016',
  '6759649826438453',
  '6799990100000000019',
  '76009244561',
]);

function isCard(found: string): boolean {
  const digits = found.replace(/[ -]/g, '');
  return luhn(digits) && !testNumbers.has(digits) && issuers.some((issuer) => issuer.test(digits));
}
