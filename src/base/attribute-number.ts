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
  if (digits.replace(/0+$/, '').length > digitsMax) return false;
  // Of the first significant digit: 1.5 has magnitude 0, 0.05 has -2.
  const magnitude = digits.length - fraction.length - 1 + Number(exponent);
  return magnitude >= exponentMin && magnitude <= exponentMax;
}
