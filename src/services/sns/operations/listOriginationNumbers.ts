import { accept } from '../../../wire/refusal.js';
import { type Operation, operation } from '../../../wire/service.js';
import { integer, string, structure, wrappedList } from '../../../wire/shape.js';
import { originationNumbersPageMax } from '../limits.js';
import { numberPage, type OriginationNumber } from '../sms/number-page.js';

/**
 * ListOriginationNumbers: the numbers that the configuration file names, the same for every account.
 * https://docs.aws.amazon.com/sns/latest/api/API_ListOriginationNumbers.html
 * Errors: InvalidParameter, ValidationError.
 */
const input = structure({ NextToken: string, MaxResults: integer });
const output = structure({
  NextToken: string,
  PhoneNumbers: wrappedList(
    structure({
      PhoneNumber: string,
      Status: string,
      Iso2CountryCode: string,
      RouteType: string,
      NumberCapabilities: wrappedList(string),
    }),
  ),
});

export function listOriginationNumbers(numbers: readonly OriginationNumber[]): Operation {
  return operation({
    name: 'ListOriginationNumbers',
    input,
    output,
    async handle(input) {
      const { items, nextToken } = accept(
        numberPage(numbers, input.NextToken, input.MaxResults, { what: 'origination', max: originationNumbersPageMax }),
      );
      const shown = items.map(({ number, country, routeType, capabilities }) => ({
        PhoneNumber: number,
        Status: 'ACTIVE',
        Iso2CountryCode: country,
        RouteType: routeType,
        NumberCapabilities: capabilities ?? ['SMS'],
      }));
      return { PhoneNumbers: shown, NextToken: nextToken };
    },
  });
}
