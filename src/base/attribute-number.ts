/** API reference of SQS, MessageAttributeValue: up to 38 digits of precision between 10^-128 and 10^+126. SNS says the same. */
const digitsMax = 38;
const exponentMin = -128;
const exponentMax = 126;

const pattern = /^[+-]?(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/;

/** Whether the text can be the value of a message attribute of type `Number`. */
export function isAttributeNumber(text: string): boolean {
  const [matched, whole = '', fraction = '', exponent = '0'] = pattern.exec(text) ?? [];
  if (matched === undefined || whole.length + fraction.length === 0) return false;
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits.length === 0) return true;
  if (significant(digits) > digitsMax) return false;
  // Of the first significant digit: 1.5 has magnitude 0, 0.05 has -2.
  const magnitude = digits.length - fraction.length - 1 + Number(exponent);
  return magnitude >= exponentMin && magnitude <= exponentMax;
}

/** How many digits are left without the zeros at the end. A loop: `/0+$/` takes quadratic time where zeros are in the middle. */
function significant(digits: string): number {
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  return end;
}
