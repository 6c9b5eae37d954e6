/** Of an identifier: texts with what it finds in each between « and », and texts in which it finds nothing. */
export interface Cases {
  readonly found: readonly string[];
  readonly not: readonly string[];
}

const pem = (label: string): string => `-----BEGIN ${label}-----\nMIIEpAIBAAKCAQEA\n-----END ${label}-----`;
const license = (number: string, wrong: string): Cases => ({
  found: [`driver's license «${number}»`, `{"drivers_license": "«${number}»"}`],
  not: [`parcel ${number}`, `driver's license ${wrong}`],
});

/** Numbers are those of the authorities' own examples, or made up with right check digits. */
export const cases: Readonly<Record<string, Cases>> = {
  AwsSecretKey: {
    found: ['aws_secret_access_key=«wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY»', '"secretKey":"«wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY»"'],
    not: ['digest wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'secret key wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEYx'],
  },
  OpenSshPrivateKey: {
    found: [`key «${pem('OPENSSH PRIVATE KEY')}» end`],
    not: ['-----BEGIN OPENSSH PRIVATE KEY-----', pem('PUBLIC KEY')],
  },
  PgpPrivateKey: { found: [`«${pem('PGP PRIVATE KEY BLOCK')}»`], not: [pem('PGP PUBLIC KEY BLOCK')] },
  PkcsPrivateKey: {
    found: [`«${pem('RSA PRIVATE KEY')}» and «${pem('RSA PRIVATE KEY')}»`, `«${pem('PRIVATE KEY')}»`, `«${pem('ENCRYPTED PRIVATE KEY')}»`],
    not: [pem('CERTIFICATE')],
  },
  PuttyPrivateKey: {
    found: ['«PuTTY-User-Key-File-2: ssh-rsa\nPrivate-Lines: 1\nAAAA\nPrivate-MAC: 1dea7b90»\nx'],
    not: ['PuTTY-User-Key-File-2: ssh-rsa'],
  },
  IpAddress: {
    found: [
      'from «192.168.1.254».',
      '{"ip":"«10.0.0.1»"}',
      '«2001:db8::8a2e:370:7334»',
      '«2001:0db8:85a3:0000:0000:8a2e:0370:7334»',
      'at «fe80::1»',
    ],
    not: ['300.1.1.1', 'version 1.2.3.4.5', '12:30:45', 'a::b::c::g'],
  },
  'BankAccountNumber-DE': {
    found: ['IBAN «DE89370400440532013000»', 'iban: «DE89 3704 0044 0532 0130 00»', 'Kontonummer «37040044 0532013000»'],
    not: ['IBAN DE88370400440532013000', 'ref DE89370400440532013000'],
  },
  'BankAccountNumber-ES': {
    found: ['cuenta «ES9121000418450200051332»', 'iban «ES91 2100 0418 4502 0005 1332»', 'cuenta bancaria «2100 0418 45 0200051332»'],
    not: ['cuenta ES9121000418440200051332', 'cuenta 2100 0418 44 0200051332'],
  },
  'BankAccountNumber-FR': {
    found: ['RIB «FR1420041010050500013M02606»', 'iban «FR14 2004 1010 0505 0001 3M02 606»', 'rib «20041 01005 0500013M026 06»'],
    not: ['RIB 20041 01005 0500013M026 07', 'code FR1420041010050500013M02606'],
  },
  'BankAccountNumber-GB': {
    found: ['iban «GB29NWBK60161331926819»', 'account number «60-16-13 31926819»'],
    not: ['iban GB28NWBK60161331926819', 'build 60-16-13 31926819'],
  },
  'BankAccountNumber-IT': {
    found: ['conto «IT60X0542811101000000123456»', 'iban «IT60 X054 2811 1010 0000 0123 456»', 'conto «X0542811101000000123456»'],
    not: ['conto Y0542811101000000123456', 'codice X0542811101000000123456'],
  },
  'BankAccountNumber-US': {
    found: ['bank account «123456789012»', 'routing number «021000021»', '"checking_account": «12345678»'],
    not: ['order 123456789012', 'RTN 021000022'],
  },
  CreditCardExpiration: { found: ['exp «12/27»', '"expiration":"«2027-08»"', 'expiry date «03/2029»'], not: ['exp 13/27', 'on 12/27'] },
  CreditCardMagneticStripe: {
    found: ['swipe «%B4539894458086459^DOE/JANE^25121010000000000?»', 'magstripe «;4539894458086459=25121010000000000?»'],
    not: ['text %B4539894458086459^DOE/JANE^25121010000000000?', 'swipe 4539894458086459'],
  },
  CreditCardNumber: {
    found: [
      'My credit card number is «4539894458086459»',
      '{"credit_card_number":"«4539894458086459»"}',
      'creditCardNumber=«4539-8944-5808-6459»',
      'VISA «4539 8944 5808 6459», amex «374245455400126»',
      '{"text":"card\\n«5425233430109903»"}',
    ],
    not: [
      'credit card 4539894458086458',
      'number 4539894458086459',
      'credit card 4111111111111111',
      'discard 4539894458086459',
      'credit card 9939894458086453',
      `card${' '.repeat(31)}4539894458086459`,
    ],
  },
  CreditCardSecurityCode: { found: ['cvv «123»', '"card_security_code":"«4321»"'], not: ['code 123', 'cvv 12345'] },
  'DrugEnforcementAgencyNumber-US': { found: ['DEA number «BB1388568»'], not: ['DEA number BB1388567', 'number BB1388568'] },
  'HealthcareProcedureCode-US': { found: ['HCPCS «J0170»', 'cpt: «99213»'], not: ['code J0170', 'hcpcs 123'] },
  'HealthInsuranceCardNumber-EU': {
    found: ['ehic «80276014002012345678»', 'Krankenversicherungskarte «A123456780»', 'carte d’assurance maladie «80250000021234567891»'],
    not: ['Versicherungsnummer A123456781', 'id 80276014002012345678'],
  },
  'HealthInsuranceClaimNumber-US': { found: ['HICN «123-45-6789A»', 'hic# «123456789D4»'], not: ['claim 123-45-6789A', 'hicn 123-45-678'] },
  'HealthInsuranceNumber-FR': {
    found: ['carte vitale «255081416802538»', 'insurance card «2 55 08 14 168 025 38»'],
    not: ['carte vitale 255081416802539', 'numéro 255081416802538'],
  },
  'MedicareBeneficiaryNumber-US': {
    found: ['MBI «1EG4-TE5-MK73»', 'medicare beneficiary «1EG4TE5MK73»'],
    not: ['mbi 1SG4TE5MK73', '1EG4TE5MK73'],
  },
  'NationalDrugCode-US': {
    found: ['NDC «0777-3105-02»', 'national drug code «50242-040-62»'],
    not: ['ndc 0777-310-02', 'part 0777-3105-02'],
  },
  'NationalInsuranceNumber-GB': {
    found: ['NINO «AB123456C»', 'national insurance number: «AB 12 34 56 C»'],
    not: ['nino GB123456C', 'nino AB123456E', 'code AB123456C'],
  },
  'NationalProviderId-US': { found: ['NPI «1234567893»'], not: ['NPI 1234567890', 'id 1234567893'] },
  'NhsNumber-GB': { found: ['NHS «943 476 5919»', 'nhs number «9434765919»'], not: ['nhs 9434765918', 'call 9434765919'] },
  'PersonalHealthNumber-CA': { found: ['PHN «9012 372 173»', 'health card «1234-567-890-AB»'], not: ['phn 12', 'code 9012372173'] },
  Address: {
    found: ['Ship to «410 Terry Ave.» today', '«1600 Pennsylvania Avenue, Washington, DC 20500»', '«12 N Main Street, Apt 4»'],
    not: ['410 items', '12 Main', '99 red Street balloons'],
  },
  'CepCode-BR': { found: ['CEP «01310-100»'], not: ['codigo 01310-100', 'cep 0131'] },
  'Cnpj-BR': { found: ['CNPJ «11.222.333/0001-81»', 'cnpj=«11222333000181»'], not: ['cnpj 11222333000182', '11.222.333/0001-81'] },
  'CpfCode-BR': { found: ['CPF «529.982.247-25»', 'cpf «52998224725»'], not: ['cpf 52998224724', 'cpf 11111111111', 'id 52998224725'] },
  DateOfBirth: {
    found: ['dob «1984-03-21»', 'date_of_birth: «03/21/1984»', 'born «21 March 1984»', 'birthday «March 21st, 1984»'],
    not: ['on 1984-03-21', 'dob 1984-13-41'],
  },
  'ElectoralRollNumber-GB': { found: ['electoral roll number «AB1234»'], not: ['number AB1234', 'electoral number 1234'] },
  EmailAddress: {
    found: ['to «jane.doe+x@mail.example.com».', '{"email":"«a@b.io»"}'],
    not: ['jane@localhost', '@handle', 'a@b', 'x@-y.com'],
  },
  'IndividualTaxIdentificationNumber-US': {
    found: ['ITIN «912-70-1234»', 'itin «912701234»'],
    not: ['itin 812-70-1234', 'id 912-70-1234'],
  },
  'InseeCode-FR': { found: ['INSEE «255081416802538»'], not: ['insee 255081416802539', 'code 255081416802538'] },
  LatLong: {
    found: ['location «47.6205, -122.3493»', '"coordinates": [«51.5074,-0.1278»]'],
    not: ['47.6205, -122.3493', 'location 97.6205, -122.3493'],
  },
  Name: {
    found: [
      'Dear Mr. «John Smith», hello',
      '{"firstName":"«Jane»","last_name":"«O\'Brien»"}',
      '{"name": "«Jane Doe»"}',
      'Dr «Ada Lovelace»',
    ],
    not: ['Seattle Office', '{"name":"widget"}', '{"name":"Widget"}', 'first name: unknown'],
  },
  'NationalIdentificationNumber-DE': {
    found: ['Personalausweis «T220001293»', 'Ausweis «T22000129»'],
    not: ['Ausweis T220001294', 'Nummer T220001293'],
  },
  'NationalIdentificationNumber-ES': { found: ['DNI «12345678Z»', 'nie «X1234567L»'], not: ['dni 12345678A', 'ref 12345678Z'] },
  'NationalIdentificationNumber-IT': {
    found: ['codice fiscale «RSSMRA85T10A562S»'],
    not: ['codice fiscale RSSMRA85T10A562T', 'RSSMRA85T10A562S'],
  },
  'NieNumber-ES': { found: ['NIE «X1234567L»', 'nie: «X-1234567-L»'], not: ['nie X1234567A', 'ref X1234567L'] },
  'NifNumber-ES': { found: ['NIF «12345678Z»'], not: ['nif 12345678A', 'ref 12345678Z'] },
  'PassportNumber-CA': { found: ['passport «AB123456»'], not: ['passport ABC123456', 'ref AB123456'] },
  'PassportNumber-DE': {
    found: ['Reisepass «C01X00T478»', 'passport number: «C01X00T47»'],
    not: ['reisepass C01X00T479', 'ref C01X00T47'],
  },
  'PassportNumber-ES': { found: ['pasaporte «AAA123456»'], not: ['pasaporte A123456', 'ref AAA123456'] },
  'PassportNumber-FR': { found: ['passeport «12AB34567»'], not: ['passeport 1AB34567', 'ref 12AB34567'] },
  'PassportNumber-GB': { found: ['passport no «123456789»'], not: ['passport 12345678', 'ref 123456789'] },
  'PassportNumber-IT': { found: ['passaporto «YA1234567»'], not: ['passaporto Y1234567', 'ref YA1234567'] },
  'PassportNumber-US': { found: ['passport# «C12345678»', 'passport «123456789»'], not: ['passport 1234567', 'ref C12345678'] },
  'PermanentResidenceNumber-CA': {
    found: ['permanent resident card «AB1234567890»'],
    not: ['permanent resident card A1234567', 'AB1234567890'],
  },
  'PhoneNumber-BR': {
    found: ['ligue «+55 11 91234-5678»', 'celular «(11) 91234-5678»'],
    not: ['pedido 11 91234-5678', '+56 11 91234-5678'],
  },
  'PhoneNumber-DE': { found: ['«+49 30 901820 55»'.replace(' 55', ''), 'Telefon «030 9018 20»'], not: ['Bestellung 030 901820'] },
  'PhoneNumber-ES': { found: ['«+34 612 345 678»', 'teléfono «612345678»'], not: ['pedido 612345678', 'teléfono 512345678'] },
  'PhoneNumber-FR': { found: ['«+33 1 23 45 67 89»', 'téléphone «01 23 45 67 89»'], not: ['commande 01 23 45 67 89'] },
  'PhoneNumber-GB': { found: ['«+44 20 7946 0958»', 'phone «020 7946 0958»'], not: ['order 020 7946 0958'] },
  'PhoneNumber-IT': { found: ['«+39 347 123 4567»', 'cellulare «347 1234567»'], not: ['ordine 347 1234567'] },
  'PhoneNumber-US': {
    found: ['«+1 206-555-0100»', 'phone: «(206) 555-0100»', '"fax":"«206.555.0100»"'],
    not: ['order 206-555-0100', 'phone 106-555-0100'],
  },
  'PostalCode-CA': { found: ['«K1A 0B1»', 'at «V6B4Y8»,'], not: ['K1A 0O1', 'k1a', 'D1A 0B1'] },
  'RgNumber-BR': { found: ['RG «24.678.131-4»', 'registro geral «246781314»'], not: ['numero 24.678.131-4', 'rg 24'] },
  'SocialInsuranceNumber-CA': {
    found: ['SIN «130 692 544»', 'social insurance number «130692544»'],
    not: ['sin 130692545', 'code 130692544'],
  },
  'Ssn-ES': { found: ['seguridad social «28/12345678/40»', 'NUSS «281234567840»'], not: ['nuss 281234567841', 'ref 281234567840'] },
  'Ssn-US': {
    found: ['SSN «123-45-6789»', 'social security number «123456789»', '"ssn":«123456789»'],
    not: ['ssn 000-45-6789', 'ssn 666-45-6789', 'ssn 900-45-6789', 'ssn 123-00-6789', 'ssn 123-45-0000', 'part 123-45-6789'],
  },
  'TaxId-DE': { found: ['Steuer-ID «86 095 742 719»', 'tax id «47036892816»'], not: ['steuer id 86095742718', 'nr 86095742719'] },
  'TaxId-ES': { found: ['CIF «A58818501»', 'tax number «12345678Z»'], not: ['cif A58818502', 'ref A58818501'] },
  'TaxId-FR': {
    found: ['numéro fiscal «30 23 217 600 053»', 'tax id «3023217600053»'],
    not: ['tax id 3023217600054', 'ref 3023217600053'],
  },
  'TaxId-GB': { found: ['UTR «1955839661»', 'tax reference «19558 39661»'], not: ['utr 2955839661', 'ref 1955839661'] },
  VehicleIdentificationNumber: { found: ['VIN «1M8GDM9AXKP042788»'], not: ['vin 1M8GDM9A1KP042788', 'part 1M8GDM9AXKP042788'] },
  'ZipCode-US': { found: ['zip code «98109»', '"zip":"«98109-5210»"'], not: ['code 98109', 'zip 9810'] },
  'DriversLicense-AT': license('12345678', '1234567'),
  'DriversLicense-AU': license('12AB34567', 'ABCDEF'),
  'DriversLicense-BE': license('1234567890', '123456789'),
  'DriversLicense-BG': license('123456789', '12345678'),
  'DriversLicense-CA': license('A1234-56789-01234', 'A12'),
  'DriversLicense-CY': license('123456789012', '12345678901'),
  'DriversLicense-CZ': license('AB 123456', 'A 123456'),
  'DriversLicense-DE': license('B072RRE2I55', 'BXX2RRE2I55'),
  'DriversLicense-DK': license('12345678', '123456789'),
  'DriversLicense-EE': license('ET123456', 'E123456'),
  'DriversLicense-ES': license('12345678Z', '12345678A'),
  'DriversLicense-FI': license('131052-308T', '131052-308U'),
  'DriversLicense-FR': license('123456789012', '12345678901'),
  'DriversLicense-GB': license('MORGA753116SM9IJ', 'MORGA793116SM9IJ'),
  'DriversLicense-GR': license('123456789', '12345678'),
  'DriversLicense-HR': license('12345678', '1234567'),
  'DriversLicense-HU': license('AB123456', 'A123456'),
  'DriversLicense-IE': license('123-456-789', '12-456-789'),
  'DriversLicense-IT': license('AV1234567B', 'AV12345B'),
  'DriversLicense-LT': license('12345678', '1234567'),
  'DriversLicense-LU': license('123456', '12345'),
  'DriversLicense-LV': license('ABC123456', 'AB123456'),
  'DriversLicense-MT': license('AB 123 456', 'A 123 456'),
  'DriversLicense-NL': license('1234567890', '123456789'),
  'DriversLicense-PL': license('12345/12/1234', '1234/12/1234'),
  'DriversLicense-PT': license('AV-123456 7', 'AV123456 7'),
  'DriversLicense-RO': license('B12345678C', 'B1234567'),
  'DriversLicense-SE': license('811228-9874', '81122-9874'),
  'DriversLicense-SI': license('123456789', '12345678'),
  'DriversLicense-SK': license('A1234567', 'A123456'),
  'DriversLicense-US': license('D1234567', 'D12'),
};
