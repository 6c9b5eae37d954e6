import { describe, expect, test } from 'vitest';
import { readProtectionPolicy } from '../../../../src/services/sns/protection/policy.js';
import { isRefusal } from '../../../../src/wire/refusal.js';

const card = 'arn:aws:dataprotection::aws:data-identifier/CreditCardNumber';
const statement = { DataDirection: 'Inbound', Principal: ['*'], DataIdentifier: [card], Operation: { Deny: {} } };
const policy = { Name: 'p', Version: '2021-06-01', Statement: [statement] };
const audit = { SampleRate: '99', FindingsDestination: { CloudWatchLogs: { LogGroup: '/aws/vendedlogs/x' } } };
const custom = (...given: readonly unknown[]) => ({ ...policy, Configuration: { CustomDataIdentifier: given } });
const said = (change: object) => ({ ...policy, Statement: [{ ...statement, ...change }] });
const operation = (Operation: unknown) => said({ Operation });

function read(value: unknown): string | undefined {
  const result = readProtectionPolicy(typeof value === 'string' ? value : JSON.stringify(value));
  return isRefusal(result) ? result.message : undefined;
}

// Developer guide, "Understanding data protection policies", "Data protection policy operations", "Using custom data identifiers".
describe('a data protection policy', () => {
  test.each<readonly [string, unknown]>([
    ['the least that there can be', policy],
    [
      'everything',
      {
        ...custom({ Name: 'A-1_b', Regex: 'A\\d' }),
        Description: 'd',
        Statement: [{ ...statement, Sid: 's', DataIdentifier: ['A-1_b', card] }],
      },
    ],
    [
      'principals of every kind',
      said({
        Principal: [
          '123456789012',
          'arn:aws:iam::123456789012:root',
          'arn:aws:iam::123456789012:role/a/b',
          'arn:aws:iam::123456789012:user/u',
        ],
      }),
    ],
    ['exceptions', said({ NoPrincipal: ['123456789012'] })],
    ['exceptions alone', said({ Principal: undefined, NoPrincipal: ['123456789012'] })],
    ['an audit', operation({ Audit: audit })],
    [
      'an audit to everywhere',
      operation({ Audit: { SampleRate: '0', NoFindingsDestination: { Firehose: { DeliveryStream: 'd' }, S3: { Bucket: 'bucket' } } } }),
    ],
    ['a mask', operation({ Deidentify: { MaskConfig: { MaskWithCharacter: '*' } } })],
    ['a redaction', said({ DataDirection: 'Outbound', Operation: { Deidentify: { RedactConfig: {} } } })],
  ])('may have %s', (_, value) => {
    expect(read(value)).toBeUndefined();
  });

  test.each<readonly [unknown, string]>([
    ['{', 'it is not a JSON object'],
    ['[]', 'it is not a JSON object'],
    [`{"Name":"${'x'.repeat(30_720)}"}`, 'it has more than 30720 characters'],
    [{ ...policy, Id: 'x' }, 'the policy has the unknown member Id'],
    [{ ...policy, Name: '' }, 'Name is required'],
    [{ ...policy, Version: '2012-10-17' }, 'Version must be 2021-06-01'],
    [{ ...policy, Description: 1 }, 'Description must be a text'],
    [{ ...policy, Statement: [] }, 'Statement must be a list of at least one'],
    [{ ...policy, Statement: Array.from({ length: 101 }, () => 'x') }, 'there are more than 100 statements'],
    [{ ...policy, Statement: ['x'] }, 'Statement 1 must be an object'],
    [{ ...policy, Configuration: [] }, 'Configuration must be an object'],
    [{ ...policy, Configuration: { x: 1 } }, 'Configuration has the unknown member x'],
    [custom(...Array.from({ length: 11 }, (_, at) => ({ Name: `n${at}`, Regex: 'a' }))), 'there are more than 10 custom data identifiers'],
    [custom({ Name: 'a', Regex: 'a' }, { Name: 'a', Regex: 'b' }), 'two custom data identifiers are named a'],
    [custom({ Name: 'a b', Regex: 'a' }), 'the name of a custom data identifier'],
    [custom({ Name: 'Name', Regex: 'a' }), 'Name is the name of a managed data identifier'],
    [custom({ Name: 'a' }), 'the custom data identifier a has no Regex'],
    [custom({ Name: 'a', Regex: '(a)' }), 'the Regex of a is not valid'],
    [said({ DataDirection: 'inbound' }), 'Statement 1: DataDirection must be Inbound or Outbound'],
    [said({ Principal: undefined }), 'Statement 1: Principal is required'],
    [said({ Principal: '*' }), 'Statement 1: Principal must be a list'],
    [said({ Principal: [] }), 'Statement 1: Principal must be a list of at least one'],
    [said({ Principal: ['everyone'] }), '"everyone" is none'],
    [said({ Sid: 1 }), 'Statement 1: Sid must be a text'],
    [said({ DataIdentifier: [] }), 'Statement 1: DataIdentifier must be a list of at least one'],
    [said({ DataIdentifier: [card.replace('CreditCardNumber', 'Ssn')] }), 'data-identifier/Ssn is no data identifier'],
    [said({ DataIdentifier: Array.from({ length: 111 }, () => card) }), 'Statement 1: DataIdentifier has more than 110 elements'],
    [said({ DataIdentifier: ['CreditCardNumber'] }), 'CreditCardNumber is no data identifier'],
    [said({ Effect: 'Allow' }), 'Statement 1 has the unknown member Effect'],
    [operation({}), 'Operation must have exactly one of Audit, Deidentify and Deny'],
    [operation({ Deny: {}, Audit: audit }), 'Operation must have exactly one of Audit, Deidentify and Deny'],
    [operation({ Allow: {} }), 'Operation must have exactly one of Audit, Deidentify and Deny'],
    [operation({ Deny: { x: 1 } }), 'Deny has the unknown member x'],
    [operation({ Deidentify: {} }), 'Deidentify must have exactly one of MaskConfig and RedactConfig'],
    [operation({ Deidentify: { MaskConfig: {} } }), 'MaskWithCharacter must be one printable character'],
    [operation({ Deidentify: { MaskConfig: { MaskWithCharacter: '##' } } }), 'MaskWithCharacter must be one printable character'],
    [operation({ Deidentify: { MaskConfig: { MaskWithCharacter: '"' } } }), 'MaskWithCharacter must be one printable character'],
    [operation({ Deidentify: { RedactConfig: { x: 1 } } }), 'RedactConfig has the unknown member x'],
    [operation({ Audit: { ...audit, SampleRate: 99 } }), 'SampleRate must be a text from "0" to "99"'],
    [operation({ Audit: { ...audit, SampleRate: '100' } }), 'SampleRate must be a text from "0" to "99"'],
    [operation({ Audit: { SampleRate: '1' } }), 'Audit must have a FindingsDestination or a NoFindingsDestination'],
    [
      operation({ Audit: { ...audit, FindingsDestination: { CloudWatchLogs: { LogGroup: '/x' } } } }),
      'CloudWatchLogs.LogGroup is not a name of one',
    ],
    [operation({ Audit: { ...audit, FindingsDestination: { Kafka: {} } } }), 'FindingsDestination has the unknown member Kafka'],
    [said({ DataDirection: 'Outbound', Operation: { Audit: audit } }), 'Audit is for DataDirection Inbound only'],
    [
      { ...policy, Statement: [said({ Operation: { Audit: audit } }).Statement[0], said({ Operation: { Audit: audit } }).Statement[0]] },
      'only one statement can have the operation Audit',
    ],
  ])('that is %j is refused', (value, text) => {
    expect(read(value)).toContain('Invalid parameter: DataProtectionPolicy Reason: ');
    expect(read(value)).toContain(text);
  });
});
