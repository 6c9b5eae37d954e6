import type { PhoneNumber } from '../phone-number.js';

/** Answers whether a number is in one of the countries allowed; without a list, all are. */
export function countryCheck(countries: readonly string[] | undefined): (number: PhoneNumber) => boolean {
  if (countries === undefined) return () => true;
  const prefixes = countries.filter(isPrefix);
  const expressions = countries.filter((country) => !isPrefix(country)).map((country) => new RegExp(`^(?:${country})$`));
  return (number) => prefixes.some((prefix) => number.startsWith(prefix)) || expressions.some((expression) => expression.test(number));
}

function isPrefix(country: string): boolean {
  return /^\+\d+$/.test(country);
}
