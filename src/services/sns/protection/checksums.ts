/** Check digits of numbers that are printed with them. Each takes the number as it was found, separators and all. */
export type Check = (found: string) => boolean;

function digitsOf(found: string): readonly number[] {
  const digits: number[] = [];
  for (const character of found) if (character >= '0' && character <= '9') digits.push(Number(character));
  return digits;
}

/** Upper case, without what separates. */
function compact(found: string): string {
  return found.replace(/[^0-9A-Za-z]/g, '').toUpperCase();
}

function weighted(digits: readonly number[], weights: readonly number[]): number {
  return weights.reduce((sum, weight, at) => sum + weight * (digits[at] ?? 0), 0);
}

/** The number in base 10, or 36 with letters from 10 on, modulo `divisor`. */
function remainder(text: string, divisor: number): number {
  let rest = 0;
  for (const character of text) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % divisor;
  }
  return rest;
}

function isOneDigit(digits: readonly number[]): boolean {
  return digits.every((digit) => digit === digits[0]);
}

/** ISO/IEC 7812-1, annex B. */
export const luhn: Check = (found) => luhnSum(digitsOf(found)) % 10 === 0;

function luhnSum(digits: readonly number[]): number {
  return digits.reduceRight((sum, digit, at) => {
    const doubled = (digits.length - at) % 2 === 0 ? digit * 2 : digit;
    return sum + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
}

/** ISO 13616: country and check digits moved to the end, modulo 97. */
export const iban: Check = (found) => {
  const text = compact(found);
  return remainder(text.slice(4) + text.slice(0, 4), 97) === 1;
};

/** Spain, CCC: bank and branch, check digits, account. */
export const spanishAccount: Check = (found) => {
  const digits = digitsOf(found).slice(-20);
  const digit = (part: readonly number[]): number => {
    const rest = 11 - (weighted(part, [1, 2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11);
    return rest === 11 ? 0 : rest === 10 ? 1 : rest;
  };
  return digits[8] === digit([0, 0, ...digits.slice(0, 8)]) && digits[9] === digit(digits.slice(10));
};

/** France, RIB: bank, branch and account with letters as digits, and a key modulo 97. */
export const frenchAccount: Check = (found) => {
  const text = compact(found)
    .slice(-23)
    .replace(/[A-Z]/g, (letter) => frenchLetters[letter] ?? '');
  const [bank, branch, account, key] = [text.slice(0, 5), text.slice(5, 10), text.slice(10, 21), text.slice(21)].map(Number);
  return (89 * (bank ?? 0) + 15 * (branch ?? 0) + 3 * (account ?? 0) + (key ?? 0)) % 97 === 0;
};

const frenchLetters: Readonly<Record<string, string>> = Object.fromEntries(
  ['AJ', 'BKS', 'CLT', 'DMU', 'ENV', 'FOW', 'GPX', 'HQY', 'IRZ'].flatMap((letters, at) =>
    [...letters].map((letter) => [letter, String(at + 1)]),
  ),
);

/** What Italy counts for the characters in odd places, of 0 to 9 or A to J and on. */
const italianOdd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

function italianLetter(text: string): string {
  const sum = [...text].reduce((total, character, at) => {
    const value = character >= 'A' ? character.charCodeAt(0) - 65 : Number(character);
    return total + (at % 2 === 0 ? (italianOdd[value] ?? 0) : value);
  }, 0);
  return String.fromCharCode(65 + (sum % 26));
}

/** Italy, BBAN: the letter before bank, branch and account. */
export const italianAccount: Check = (found) => {
  const text = compact(found).slice(-23);
  return text[0] === italianLetter(text.slice(1));
};

/** Italy, codice fiscale: decree of 23 December 1976. */
export const codiceFiscale: Check = (found) => {
  const text = compact(found);
  return text[15] === italianLetter(text.slice(0, 15));
};

/** Spain, DNI and NIE: the letter is the number modulo 23. */
export const spanishLetter: Check = (found) => {
  const text = compact(found).replace(/^[XYZ]/, (first) => String('XYZ'.indexOf(first)));
  const number = Number(text.slice(0, -1).replace(/^[KLM]/, ''));
  return text.at(-1) === 'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23];
};

/** Spain, CIF of organisations: a digit or a letter. */
export const cif: Check = (found) => {
  const text = compact(found);
  const digits = digitsOf(text.slice(1, 8));
  const sum = digits.reduce((total, digit, at) => {
    const counted = at % 2 === 0 ? digit * 2 : digit;
    return total + (counted > 9 ? counted - 9 : counted);
  }, 0);
  const check = (10 - (sum % 10)) % 10;
  const last = text.at(-1);
  return last === String(check) || last === 'JABCDEFGHI'[check];
};

/** Spain, social security: modulo 97; numbers below ten million are counted without their leading zero. */
export const spanishSocialSecurity: Check = (found) => {
  const text = compact(found);
  const [province, number] = [Number(text.slice(0, 2)), Number(text.slice(2, 10))];
  const whole = number < 10_000_000 ? province * 10_000_000 + number : Number(text.slice(0, 10));
  return whole % 97 === Number(text.slice(10));
};

/** France, NIR: key 97; Corsica's departments 2A and 2B count as 19 and 18. Without a key there is nothing to check. */
export const insee: Check = (found) => {
  const text = compact(found);
  if (text.length === 13) return true;
  const number = Number(text.slice(0, 13).replace('2A', '19').replace('2B', '18'));
  return 97 - (number % 97) === Number(text.slice(13));
};

/** France, numéro fiscal: modulo 511. */
export const frenchTax: Check = (found) => {
  const text = compact(found);
  return Number(text.slice(0, 10)) % 511 === Number(text.slice(10));
};

/** ISO 7064, MOD 11,10; of the first ten digits exactly one comes twice or thrice (Germany, tax id). */
export const germanTax: Check = (found) => {
  const digits = digitsOf(found);
  const counts = new Map<number, number>();
  for (const digit of digits.slice(0, 10)) counts.set(digit, (counts.get(digit) ?? 0) + 1);
  const repeated = [...counts.values()].filter((count) => count > 1);
  if (repeated.length !== 1 || (repeated[0] ?? 0) > 3) return false;
  let product = 10;
  for (const digit of digits.slice(0, 10)) {
    const sum = (digit + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === digits[10];
};

/** Germany, documents by ICAO 9303: weights 7, 3, 1. Without the tenth character there is nothing to check. */
export const germanDocument: Check = (found) => {
  const text = compact(found);
  if (!/\d/.test(text)) return false;
  if (text.length === 9) return true;
  const sum = [...text.slice(0, 9)].reduce((total, character, at) => total + Number.parseInt(character, 36) * ([7, 3, 1][at % 3] ?? 0), 0);
  return sum % 10 === Number(text[9]);
};

/** Germany, health insurance: a letter as two digits, weights 1 and 2 in turn, sums of digits. */
export const germanHealthCard: Check = (found) => {
  const text = compact(found);
  const digits = digitsOf(String(text.charCodeAt(0) - 64).padStart(2, '0') + text.slice(1, 9));
  const sum = digits.reduce((total, digit, at) => {
    const counted = at % 2 === 0 ? digit : digit * 2;
    return total + (counted > 9 ? counted - 9 : counted);
  }, 0);
  return sum % 10 === Number(text[9]);
};

/** United Kingdom, UTR: the first digit checks the other nine. */
export const ukTax: Check = (found) => {
  const digits = digitsOf(found);
  const rest = weighted(digits.slice(1), [6, 7, 8, 9, 10, 5, 4, 3, 2]) % 11;
  return digits[0] === Number('21987654321'[rest]);
};

/** United Kingdom, NHS: modulo 11; a remainder that gives 10 is not used. */
export const nhs: Check = (found) => {
  const digits = digitsOf(found);
  const check = (11 - (weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
  return check !== 10 && check === digits[9];
};

/** United States, NPI: Luhn with the prefix of health identifiers. */
export const npi: Check = (found) => luhnSum([8, 0, 8, 4, 0, ...digitsOf(found)]) % 10 === 0;

/** United States, DEA: sum of the odd places and twice that of the even ones. */
export const dea: Check = (found) => {
  const digits = digitsOf(found.slice(2));
  return weighted(digits, [1, 2, 1, 2, 1, 2]) % 10 === digits[6];
};

/** United States, ABA routing numbers: weights 3, 7, 1. */
export const routing: Check = (found) => weighted(digitsOf(found), [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0;

/** Vehicles, FMVSS 115: the ninth character, modulo 11. */
export const vin: Check = (found) => {
  const text = found.toUpperCase();
  const sum = [...text].reduce((total, character, at) => total + (vinValues[character] ?? 0) * (vinWeights[at] ?? 0), 0);
  return text[8] === '0123456789X'[sum % 11];
};

const vinWeights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
const vinValues: Readonly<Record<string, number>> = Object.fromEntries(
  [...'0123456789ABCDEFGHJKLMNPRSTUVWXYZ'].map((character, at) => [character, vinValue(character, at)]),
);

function vinValue(character: string, at: number): number {
  if (at < 10) return at;
  const code = character.charCodeAt(0) - 64;
  return code <= 8 ? code : code <= 18 ? code - 9 : code - 17;
}

/** Brazil: each check digit is the weighted sum before it, modulo 11. */
function brazilian(digits: readonly number[], weights: readonly number[]): number {
  const rest = weighted(digits, weights) % 11;
  return rest < 2 ? 0 : 11 - rest;
}

export const cpf: Check = (found) => {
  const digits = digitsOf(found);
  const first = brazilian(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]);
  const second = brazilian(digits, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
  return !isOneDigit(digits) && digits[9] === first && digits[10] === second;
};

export const cnpj: Check = (found) => {
  const digits = digitsOf(found);
  const first = brazilian(digits, [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]);
  const second = brazilian(digits, [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]);
  return !isOneDigit(digits) && digits[12] === first && digits[13] === second;
};

/** Finland, personal identity code: modulo 31. */
export const finnish: Check = (found) => {
  const text = compact(found);
  return text.at(-1) === '0123456789ABCDEFHJKLMNPRSTUVWXY'[Number(text.slice(0, -1)) % 31];
};
