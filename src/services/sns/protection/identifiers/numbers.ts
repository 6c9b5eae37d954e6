import {
  cif,
  cnpj,
  codiceFiscale,
  cpf,
  frenchTax,
  germanDocument,
  germanTax,
  insee,
  luhn,
  spanishLetter,
  spanishSocialSecurity,
  ukTax,
  vin,
} from '../checksums.js';
import { type DataIdentifier, form, identifier } from '../identifier.js';
import { nir } from './health.js';

/** Developer guide, "Sensitive data types: Personally identifiable information (PII)": numbers that authorities and makers give. */
const identityES = [
  'dni',
  'dni#',
  'documento nacional de identidad',
  'identidad único',
  'identidad unico',
  'nacional identidad',
  'nie',
  'nie#',
  'nif',
  'nif#',
  'número nacional identidad',
  'numero nacional identidad',
  'national identification number',
  'national identity',
  'insurance number',
  'national id',
  'nationalid#',
  'personal national id',
];
const taxES = [
  'cif',
  'cif#',
  'cifid#',
  'cifnúmero#',
  'número de contribuyente',
  'número de identificación fiscal',
  'número de impuesto corporativo',
  'nif',
  'nif#',
  'nie',
  'tax id',
  'tax number',
  'personal tax number',
  ...identityES,
];
const passport = ['passport', 'passport#', 'passport #', 'passportid', 'passportno', 'passport no', 'passport number', 'passportnumber#'];
const dniNumber = '(?:\\d{8}|[KLM]\\d{7})-?[A-Z]';
const nieNumber = '[XYZ]-?\\d{7}-?[A-Z]';
/** Of German documents: no vowels, and no B, D, Q, S. */
const documentDE = '[CFGHJ-NPRTV-Z0-9]{9}\\d?';

export const numbers: readonly DataIdentifier[] = [
  identifier(
    'CepCode-BR',
    form('\\d{5}-?\\d{3}', {
      keywords: ['cep', 'código de endereçamento postal', 'codigo de endereçamento postal', 'codigo de enderecamento postal'],
    }),
  ),
  identifier(
    'Cnpj-BR',
    form('\\d{2}\\.?\\d{3}\\.?\\d{3}/?\\d{4}-?\\d{2}', {
      check: cnpj,
      keywords: ['cadastro nacional da pessoa jurídica', 'cadastro nacional da pessoa juridica', 'cnpj'],
    }),
  ),
  identifier(
    'CpfCode-BR',
    form('\\d{3}\\.?\\d{3}\\.?\\d{3}-?\\d{2}', {
      check: cpf,
      keywords: [
        'cadastro de pessoas fisicas',
        'cadastro de pessoas físicas',
        'cadastro de pessoa física',
        'cadastro de pessoa fisica',
        'cpf',
      ],
    }),
  ),
  identifier(
    'ElectoralRollNumber-GB',
    form('[A-Z]{2,3} ?\\d{1,4}', {
      keywords: ['electoral #', 'electoral number', 'electoral roll #', 'electoral roll no.', 'electoral roll number', 'electoralrollno'],
    }),
  ),
  identifier(
    'IndividualTaxIdentificationNumber-US',
    form('9\\d{2}[ -]?(?:5\\d|6[0-5]|7\\d|8[0-8]|9[0-2]|9[4-9])[ -]?\\d{4}', {
      keywords: [
        'i.t.i.n.',
        'individual taxpayer identification number',
        'individual taxpayer',
        'itin',
        'itin#',
        'tax id',
        'tax identification number',
        'taxpayer id',
        'tin',
      ],
    }),
  ),
  identifier(
    'InseeCode-FR',
    form(`${nir()} ?\\d{2}`, {
      check: insee,
      keywords: [
        'assurance sociale',
        'carte nationale d’identité',
        'cni',
        'code sécurité sociale',
        'insee',
        'numéro d’assurance',
        'nir',
        'numéro insee',
        'national id',
        'national identity',
        'social security number',
        'sécurité sociale',
        'securite sociale',
        'ssn',
      ],
    }),
  ),
  identifier(
    'NationalIdentificationNumber-DE',
    form(documentDE, {
      check: germanDocument,
      keywords: [
        'ausweis',
        'ausweisnummer',
        'id number',
        'identification number',
        'identity card',
        'identifikation',
        'identitätskarte',
        'personalausweis',
        'personalausweisnummer',
        'national id',
      ],
    }),
  ),
  identifier('NationalIdentificationNumber-ES', form(`${dniNumber}|${nieNumber}`, { check: spanishLetter, keywords: identityES })),
  identifier(
    'NationalIdentificationNumber-IT',
    form('[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]', {
      check: codiceFiscale,
      keywords: [
        'codice fiscal',
        'codice fiscale',
        'cf',
        'dati anagrafici',
        'ehic',
        'health card',
        'health insurance card',
        'p. iva',
        'partita i.v.a.',
        'personal data',
        'tax code',
        'tessera sanitaria',
      ],
    }),
  ),
  identifier('NieNumber-ES', form(nieNumber, { check: spanishLetter, keywords: taxES })),
  identifier('NifNumber-ES', form(dniNumber, { check: spanishLetter, keywords: taxES })),
  identifier('PassportNumber-CA', form('[A-Z]{2} ?\\d{6}|[A-Z]\\d{6}[A-Z]{2}', { keywords: ['passeport', 'passeport#', ...passport] })),
  identifier(
    'PassportNumber-DE',
    form(documentDE, {
      check: germanDocument,
      keywords: ['ausstellungsdatum', 'ausstellungsort', 'geburtsdatum', 'reisepass', 'reisepass-nr', 'reisepassnummer', ...passport],
    }),
  ),
  identifier(
    'PassportNumber-ES',
    form('[A-Z]{2,3}\\d{6}', {
      keywords: ['españa pasaporte', 'libreta pasaporte', 'número pasaporte', 'numero pasaporte', 'pasaporte', ...passport],
    }),
  ),
  identifier(
    'PassportNumber-FR',
    form('\\d{2}[A-Z]{2}\\d{5}', { keywords: ['numéro passeport', 'passeport', 'passeport #', 'passeport n°', ...passport] }),
  ),
  identifier('PassportNumber-GB', form('\\d{9}', { keywords: ['passeport', 'passeport n°', 'pasaporte', ...passport] })),
  identifier(
    'PassportNumber-IT',
    form('[A-Z]{2}\\d{7}', {
      keywords: ['italiana passaporto', 'numero passaporto', 'passaporto', 'passaporto italiana', 'passeport italien', ...passport],
    }),
  ),
  identifier('PassportNumber-US', form('[A-Z]\\d{8}|\\d{9}', { keywords: ['travel document', ...passport] })),
  identifier(
    'PermanentResidenceNumber-CA',
    form('[A-Z]{2}\\d{7,10}', {
      keywords: [
        'carte résident permanent',
        'numéro carte résident permanent',
        'numéro résident permanent',
        'permanent resident card',
        'permanent resident card number',
        'permanent resident no',
        'permanent resident no.',
        'permanent resident number',
        'pr no',
        'pr no.',
        'pr non',
        'pr number',
        'résident permanent no.',
        'résident permanent non',
      ],
    }),
  ),
  identifier('RgNumber-BR', form('\\d{1,2}\\.?\\d{3}\\.?\\d{3}-?[\\dX]', { keywords: ['registro geral', 'carteira de identidade', 'rg'] })),
  identifier(
    'SocialInsuranceNumber-CA',
    form('[1-79]\\d{2}[ -]?\\d{3}[ -]?\\d{3}', {
      check: luhn,
      keywords: ['canadian id', "numéro d'assurance sociale", 'nas', 'sin', 'social insurance number', 'social insurance'],
    }),
  ),
  identifier(
    'Ssn-ES',
    form('\\d{2}[ /-]?\\d{8}[ /-]?\\d{2}', {
      check: spanishSocialSecurity,
      keywords: [
        'número de la seguridad social',
        'numero de la seguridad social',
        'número de seguridad social',
        'seguridad social',
        'número de afiliación',
        'nuss',
        'naf',
        'social security number',
        'social security',
        'ssn',
      ],
    }),
  ),
  identifier(
    'Ssn-US',
    form(ssn(), {
      keywords: ['social security number', 'social security', 'social security no', 'soc sec', 'ss#', 'ssn', 'ssns', 'ssn#', 'ssn no'],
    }),
  ),
  identifier(
    'TaxId-DE',
    form('[1-9]\\d ?\\d{3} ?\\d{3} ?\\d{3}', {
      check: germanTax,
      keywords: [
        'identifikationsnummer',
        'steuer id',
        'steueridentifikationsnummer',
        'steuernummer',
        'steuer',
        'tax id',
        'tax identification number',
        'tax number',
        'tin',
      ],
    }),
  ),
  identifier(
    'TaxId-ES',
    form(`${dniNumber}|${nieNumber}`, { check: spanishLetter, keywords: taxES }),
    form('[ABCDEFGHJNPQRSUVW]-?\\d{7}-?[0-9A-J]', { check: cif, keywords: taxES }),
  ),
  identifier(
    'TaxId-FR',
    form('[0-3]\\d ?\\d{2} ?\\d{3} ?\\d{3} ?\\d{3}', {
      check: frenchTax,
      keywords: [
        "numéro d'identification fiscale",
        'numéro fiscal',
        'numero fiscal',
        'spi',
        'tax id',
        'tax identification number',
        'tax number',
        'tin',
      ],
    }),
  ),
  identifier(
    'TaxId-GB',
    form('\\d{5} ?\\d{5}', {
      check: ukTax,
      keywords: [
        'paye',
        'tax id',
        'tax id no.',
        'tax id number',
        'tax identification',
        'tax identification#',
        'tax no.',
        'tax number',
        'tax reference',
        'tax#',
        'taxid#',
        'temporary reference number',
        'tin',
        'trn',
        'unique tax reference',
        'unique taxpayer reference',
        'utr',
      ],
    }),
  ),
  identifier(
    'VehicleIdentificationNumber',
    form('(?=[A-HJ-NPR-Z]{0,16}\\d)[A-HJ-NPR-Z0-9]{17}', {
      check: vin,
      keywords: [
        'fahrgestellnummer',
        'niv',
        'numarul de identificare',
        'numarul seriei de sasiu',
        'serie sasiu',
        'numer vin',
        'número de identificación',
        'número de identificación de vehículos',
        'número de vin',
        "numéro d'identification du véhicule",
        'vehicle identification number',
        'vehicle identification',
        'vin',
        'vin numeris',
        'vin number',
      ],
    }),
  ),
];

/** Social Security Administration: no area 000, 666 or from 900 on, no group 00, no serial 0000. */
function ssn(): string {
  const parts = ['(?!000|666|9)\\d{3}', '(?!00)\\d{2}', '(?!0000)\\d{4}'];
  return ['-', ' ', ''].map((separator) => parts.join(separator)).join('|');
}
