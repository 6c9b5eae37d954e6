import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeOfTraceHeader, readW3cTrace, traceHeaderOf, traceparentOf } from '../../src/base/trace-context.js';

const ids = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length }).filter((id) => /[^0]/.test(id));
const [traceId, parentId] = [ids(32), ids(16)];

const header = (traceparent: string): string | undefined => {
  const trace = readW3cTrace(traceparent, undefined);
  return trace && traceHeaderOf(trace);
};

describe('a traceparent', () => {
  it('and an X-Ray header say the same of a trace, and each is made from the other', () => {
    fc.assert(
      fc.property(traceId, parentId, fc.boolean(), (trace, parent, sampled) => {
        const traceparent = `00-${trace}-${parent}-0${Number(sampled)}`;
        const made = header(traceparent) ?? '';
        expect(made).toBe(`Root=1-${trace.slice(0, 8)}-${trace.slice(8)};Parent=${parent};Sampled=${Number(sampled)}`);
        expect(traceparentOf(made)).toBe(traceparent);
        expect(placeOfTraceHeader(made)).toEqual({ traceId: trace, parentId: parent, sampled });
      }),
    );
  });

  // W3C Trace Context, 3.2.2
  it.each([
    '',
    '00',
    '00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8',
    '00-00000000000000000000000000000000-53995c3f42cd8ad8-01',
    '00-5759e988bd862e3fe1be46a994272793-0000000000000000-01',
    '00-5759E988BD862E3FE1BE46A994272793-53995c3f42cd8ad8-01',
    '00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01-more',
    'ff-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01',
    '00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01, 00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01',
  ])('%j is none, and its tracestate is dropped', (traceparent) => {
    expect(readW3cTrace(traceparent, 'vendor=1')).toBeUndefined();
  });

  it('of a later version may say more, and has flags of which one is known', () => {
    expect(header('01-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-fe-more')).toMatch(/Sampled=0$/);
    expect(header('01-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-ff')).toMatch(/Sampled=1$/);
  });
});

describe('an X-Ray header', () => {
  it('is read whatever the order of its fields and whatever else is in it', () => {
    const text =
      'Self=1-67891234-12456789abcdef012345678; Lineage=a:1 ;Sampled=1;Parent=53995C3F42CD8AD8;Root=1-5759E988-bd862e3fe1be46a994272793;x';
    const place = { traceId: '5759e988bd862e3fe1be46a994272793', parentId: '53995c3f42cd8ad8', sampled: true };
    expect(placeOfTraceHeader(text)).toEqual(place);
  });

  it.each(['', 'x', 'Root=1', 'Root=1-0-0', 'Root=2-5759e988-bd862e3fe1be46a994272793', 'Root=1-00000000-000000000000000000000000'])(
    '%j has no root',
    (text) => {
      expect(placeOfTraceHeader(text)).toBeUndefined();
      expect(traceparentOf(text)).toBeUndefined();
    },
  );

  it.each(['', ';Parent=', ';Parent=0000000000000000', ';Parent=53995c3f'])('with the parent %j gives no traceparent', (parent) => {
    expect(traceparentOf(`Root=1-5759e988-bd862e3fe1be46a994272793${parent};Sampled=1`)).toBeUndefined();
  });
});
