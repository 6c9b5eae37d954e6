import { type DataIdentifier, form, freeForm, identifier, type PatternForm } from '../identifier.js';

/** Developer guide, "Sensitive data types: Personally identifiable information (PII)": what people are called, where they are, how to reach them. */
const phone = [
  'cell',
  'cell phone',
  'contact',
  'fax',
  'fax number',
  'mobile',
  'mobile number',
  'mobile phone',
  'phone',
  'phone number',
  'tel',
  'telephone',
  'telephone number',
];
const phoneBR = ['cel', 'celular', 'fone', 'móvel', 'movel', 'número residencial', 'numero residencial', 'telefone', ...phone];
const separator = '[ .-]?';
const month =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
const day = '(?:0?[1-9]|[12]\\d|3[01])';
const year = '(?:19|20)\\d{2}';
/** `O'Brien`, `McDonald`, `Jean-Luc`, `J.` */
const nameWord = "(?:[A-Z][A-Za-zÀ-ɏ'’-]{1,24}|[A-Z]\\.)";
const honorific = '(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sir|Madam|Herr|Frau|Señor|Señora|Sr|Sra|Monsieur|Madame|Mme|Signor|Signora)';
/** Fields whose value is a name: `firstName`, `customer_name`, `"name"`. */
const nameField =
  '(?:(?:[Ff]irst|[Ll]ast|[Mm]iddle|[Ff]ull|[Gg]iven|[Ff]amily|[Mm]aiden|[Cc]ustomer|[Ee]mployee|[Pp]atient|[Cc]ontact|[Cc]ard[Hh]older|[Pp]erson)[ _-]?)';
const assigned = '["\']?\\s{0,3}[:=]\\s{0,3}["\']?';
const streetKind =
  '(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Square|Sq|Terrace|Parkway|Pkwy|Highway|Hwy|Way|Circle|Cir|Close|Crescent|Trail)';

export const personal: readonly DataIdentifier[] = [
  identifier(
    'Address',
    form(
      `\\d{1,5}[A-Za-z]? (?:[NSEW]\\.? )?(?:[A-Z0-9][A-Za-z0-9'.-]{0,24} ){1,4}${streetKind}\\b\\.?(?:,? (?:Apt|Suite|Ste|Unit|#)\\.? ?[0-9A-Za-z]{1,6})?(?:, [A-Z][A-Za-z]{1,24}(?: [A-Z][A-Za-z]{1,24})?)?(?:, [A-Z]{2}(?: \\d{5}(?:-\\d{4})?)?)?`,
      { flags: '' },
    ),
  ),
  identifier(
    'DateOfBirth',
    form(
      `${year}[ /.-](?:0?[1-9]|1[0-2])[ /.-]${day}|${day}[ /.-](?:0?[1-9]|1[0-2])[ /.-](?:${year}|\\d{2})|(?:0?[1-9]|1[0-2])[ /.-]${day}[ /.-](?:${year}|\\d{2})|${day}[ /.-]${month}[ /.,-]{1,2}${year}|${month}\\.?[ /-]${day}(?:st|nd|rd|th)?[ /,-]{1,2}${year}|${year}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])`,
      { keywords: ['dob', 'date of birth', 'birthdate', 'birth date', 'birthday', 'b-day', 'bday', 'born'] },
    ),
  ),
  identifier(
    'EmailAddress',
    freeForm(
      '(?<![0-9A-Za-z._%+-])[0-9A-Za-z_%+-](?:[0-9A-Za-z._%+-]{0,62}[0-9A-Za-z_%+-])?@(?:[0-9A-Za-z](?:[0-9A-Za-z-]{0,61}[0-9A-Za-z])?\\.){1,8}[A-Za-z]{2,24}(?![0-9A-Za-z])',
      { hint: /@/ },
    ),
  ),
  identifier(
    'LatLong',
    freeForm(
      '(?<![0-9A-Za-z.+-])[+-]?(?:90(?:\\.0{1,10})?|[0-8]?\\d\\.\\d{2,15})[ ,;]{1,3}[+-]?(?:180(?:\\.0{1,10})?|(?:1[0-7]\\d|\\d{1,2})\\.\\d{2,15})(?![0-9A-Za-z.])',
      {
        keywords: [
          'coordinate',
          'coordinates',
          'coords',
          'gps',
          'lat long',
          'latlong',
          'lat lng',
          'latitude longitude',
          'location',
          'position',
        ],
      },
    ),
  ),
  identifier(
    'Name',
    freeForm(`(?<![0-9A-Za-zÀ-ɏ])${honorific}\\.? (${nameWord}(?: ${nameWord}){0,3})(?![0-9A-Za-zÀ-ɏ])`),
    freeForm(`(?:${nameField}[Nn]ame|[Ss]urname)${assigned}(${nameWord}(?: ${nameWord}){0,3})(?![0-9A-Za-zÀ-ɏ])`),
    freeForm(`(?<![0-9A-Za-zÀ-ɏ])[Nn]ame${assigned}(${nameWord}(?: ${nameWord}){1,3})(?![0-9A-Za-zÀ-ɏ])`),
  ),
  phoneNumber('BR', '55', `\\(?\\d{2}\\)?${separator}9?\\d{4}${separator}\\d{4}`, phoneBR),
  phoneNumber('DE', '49', `\\(?[1-9]\\d{1,4}\\)?[ /.-]?\\d{3,4}${separator}\\d{2,5}`, ['telefon', 'handy', 'mobil', ...phone], '0'),
  phoneNumber('ES', '34', `[6-9]\\d{2}(?:${separator}\\d{3}${separator}\\d{3}|(?:${separator}\\d{2}){3})`, [
    'teléfono',
    'telefono',
    'móvil',
    'movil',
    ...phone,
  ]),
  phoneNumber('FR', '33', `[1-9](?:${separator}\\d{2}){4}`, ['téléphone', 'portable', ...phone], '0'),
  phoneNumber('GB', '44', `(?:\\(0\\))?[1-9]\\d{1,4}${separator}\\d{3,4}${separator}\\d{3,4}`, phone, '0'),
  phoneNumber('IT', '39', `(?:3\\d{2}|0\\d{1,3})${separator}\\d{3}${separator}\\d{3,4}`, ['telefono', 'cellulare', ...phone]),
  phoneNumber('US', '1', `(?:\\([2-9]\\d{2}\\) ?|[2-9]\\d{2}${separator})[2-9]\\d{2}${separator}\\d{4}`, phone),
  identifier('PostalCode-CA', form('[ABCEGHJ-NPRSTVXY]\\d[ABCEGHJ-NPRSTV-Z][ -]?\\d[ABCEGHJ-NPRSTV-Z]\\d', { flags: '' })),
  identifier('ZipCode-US', form('\\d{5}(?:-\\d{4})?', { keywords: ['zip', 'zip code', 'zip+4', 'zipcode', 'postal code'] })),
];

/** With the country's code anywhere; without it where a keyword is near. */
function phoneNumber(country: string, code: string, national: string, keywords: readonly string[], trunk = ''): DataIdentifier {
  const withCode: PatternForm = freeForm(`(?<![0-9A-Za-z+])(?:\\+|00)${code}${separator}(?:${national})(?![0-9A-Za-z])`);
  const withKeyword = freeForm(`(?<![0-9A-Za-z+])${trunk}(?:${national})(?![0-9A-Za-z])`, { keywords });
  return identifier(`PhoneNumber-${country}`, withCode, withKeyword);
}
