import { dea, germanHealthCard, insee, nhs, npi } from '../checksums.js';
import { type DataIdentifier, form, identifier } from '../identifier.js';

/** Developer guide, "Sensitive data types: Protected health information (PHI)". */
const insuranceCard = [
  'assicurazione sanitaria numero',
  'carta assicurazione numero',
  "carte d'assurance maladie",
  "carte européenne d'assurance maladie",
  'ceam',
  'ehic',
  'ehic#',
  'finlandehicnumber#',
  'gesundheitskarte',
  'hälsokort',
  'health card',
  'health card number',
  'health insurance card',
  'health insurance number',
  'insurance card number',
  'krankenversicherungskarte',
  'krankenversicherungsnummer',
  'medical account number',
  'numero conto medico',
  "numéro d'assurance maladie",
  "numéro de carte d'assurance",
  'numéro de compte medical',
  'número de cuenta médica',
  'número de seguro de salud',
  'número de tarjeta de seguro',
  'sairaanhoitokortin',
  'sairausvakuutuskortti',
  'sairausvakuutusnumero',
  'sjukförsäkring nummer',
  'sjukförsäkringskort',
  'suomi ehic-numero',
  'tarjeta de salud',
  'terveyskortti',
  'tessera sanitaria assicurazione numero',
  'versicherungsnummer',
];
/** Of Medicare, CMS: no S, L, O, I, B, Z. */
const medicareLetter = '[AC-HJKMNP-RT-Y]';

export const health: readonly DataIdentifier[] = [
  identifier(
    'DrugEnforcementAgencyNumber-US',
    form('[ABCDEFGHJKLMPRSTUX][A-Z9]\\d{7}', { check: dea, keywords: ['dea', 'dea number', 'dea no', 'dea registration'] }),
  ),
  identifier(
    'HealthcareProcedureCode-US',
    form('[A-V]\\d{4}|\\d{4}[0-9FTU]', {
      keywords: ['cpt', 'current procedural terminology', 'hcpcs', 'healthcare common procedure coding system'],
    }),
  ),
  identifier(
    'HealthInsuranceCardNumber-EU',
    form('80(?: ?\\d){18}', { keywords: insuranceCard }),
    form('[A-Z]\\d{9}', { check: germanHealthCard, keywords: insuranceCard }),
  ),
  identifier(
    'HealthInsuranceClaimNumber-US',
    form('\\d{3}-?\\d{2}-?\\d{4}-?[A-HJ-NTWY][0-9A-Z]?|[A-Z]{1,3}-?(?:\\d{9}|\\d{6})', {
      keywords: ['health insurance claim number', 'hic no', 'hic no.', 'hic number', 'hic#', 'hicn', 'hicn#', 'hicno#'],
    }),
  ),
  identifier(
    'HealthInsuranceNumber-FR',
    form(`${nir()}(?: ?\\d{2})?`, {
      check: insee,
      keywords: ["carte d'assuré social", "carte d'assure social", 'carte vitale', 'insurance card'],
    }),
  ),
  identifier(
    'MedicareBeneficiaryNumber-US',
    form(`[1-9]${medicareLetter}[0-9AC-HJKMNP-RT-Y]\\d-?${medicareLetter}[0-9AC-HJKMNP-RT-Y]\\d-?${medicareLetter}{2}\\d{2}`, {
      keywords: ['mbi', 'medicare', 'medicare beneficiary', 'medicare beneficiary number'],
    }),
  ),
  identifier(
    'NationalDrugCode-US',
    form('\\d{4}-\\d{4}-\\d{2}|\\d{5}-(?:\\d{3}-\\d{2}|\\d{4}-\\d{1,2})', { keywords: ['national drug code', 'ndc'] }),
  ),
  identifier(
    'NationalInsuranceNumber-GB',
    form('(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?: ?\\d{2}){3} ?[A-D]', {
      keywords: [
        'insurance no.',
        'insurance number',
        'insurance#',
        'national insurance',
        'national insurance number',
        'nationalinsurance#',
        'nationalinsurancenumber',
        'nin',
        'nino',
      ],
    }),
  ),
  identifier(
    'NationalProviderId-US',
    form('[12]\\d{9}', {
      check: npi,
      keywords: ['hipaa', 'n.p.i', 'n.p.i.', 'national provider', 'national provider id', 'national provider identifier', 'npi'],
    }),
  ),
  identifier(
    'NhsNumber-GB',
    form('\\d{3}[ -]?\\d{3}[ -]?\\d{4}', { check: nhs, keywords: ['national health service', 'nhs', 'nhs no', 'nhs number'] }),
  ),
  identifier(
    'PersonalHealthNumber-CA',
    form('\\d{4}[ -]?\\d{3}[ -]?\\d{3}(?:[ -]?[A-Z]{2})?|\\d{5}[ -]?\\d{4}|[A-Z]{4}[ -]?\\d{4}[ -]?\\d{4}', {
      keywords: [
        'canada healthcare number',
        'care number',
        'carte santé',
        'health card',
        'health card number',
        'healthcare number',
        'msp number',
        'personal healthcare number',
        'personal health number',
        'phn',
        'soins de santé',
      ],
    }),
  ),
];

/** France: sex, year, month, department (2A and 2B: Corsica), place, order. */
export function nir(): string {
  return '[1-478] ?\\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\\d) ?(?:\\d{2}|2[AB]) ?\\d{3} ?\\d{3}';
}
