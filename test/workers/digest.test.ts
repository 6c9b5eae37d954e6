import { describe, expect, test } from 'vitest';
import { answerTo, readChallenges } from '../../src/workers/digest.js';

/** RFC 7616, 3.9.1: the example with both algorithms. */
const example = {
  username: 'Mufasa',
  password: 'Circle of Life',
  method: 'GET',
  uri: '/dir/index.html',
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
};
const challenge = (algorithm: string) =>
  `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, ` +
  'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
const answer = (header: string, request = example) => answerTo(readChallenges(header), request);

describe('a digest', () => {
  test.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('with %s is that of RFC 7616', (algorithm, response) => {
    expect(answer(challenge(algorithm))).toBe(
      'Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", ' +
        `nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", response="${response}", algorithm=${algorithm}, ` +
        'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", qop=auth, nc=00000001, ' +
        'cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"',
    );
  });

  /** RFC 2069, 2.4, with the response of its errata 749. */
  test('without a quality of protection is that of RFC 2069', () => {
    const header = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"';
    const request = { ...example, password: 'CircleOfLife' };
    expect(answer(header, request)).toContain('response="1949323746fe6a43ef61f9606e7febea"');
  });

  test('is made for the best challenge that can be answered', () => {
    expect(answer(`${challenge('MD5')}, ${challenge('SHA-256')}`)).toContain('algorithm=SHA-256');
    expect(answer(`Basic realm="x", ${challenge('MD5')}`)).toContain('algorithm=MD5');
    expect(answer(`${challenge('SHA-512-256')}, Basic realm="x"`)).toMatch(/^Basic /);
    expect(answer('Digest realm="x", nonce="y", qop="auth-int", Basic')).toMatch(/^Basic /);
    expect(answer('Negotiate')).toBeUndefined();
  });

  test('names who is not written in ASCII as RFC 5987 says', () => {
    expect(answer(challenge('MD5'), { ...example, username: 'Jäsøn Doe' })).toContain("username*=UTF-8''J%C3%A4s%C3%B8n%20Doe, ");
    expect(answer(challenge('MD5'), { ...example, username: 'a"\\b' })).toContain('username="a\\"\\\\b", ');
  });
});

describe('challenges', () => {
  test('are read with what is in quotes as it is meant', () => {
    const [one, two, ...others] = readChallenges('Digest realm="a, Basic \\"b\\"" , nonce=c,Basic realm="d"');
    expect(one).toEqual({
      scheme: 'digest',
      parameters: new Map([
        ['realm', 'a, Basic "b"'],
        ['nonce', 'c'],
      ]),
    });
    expect(two).toEqual({ scheme: 'basic', parameters: new Map([['realm', 'd']]) });
    expect(others).toEqual([]);
  });

  test.each(['', '=', '"', 'Digest realm="', 'Digest ,,,=', `Digest ${'a='.repeat(8_000)}`, 'Basic,'.repeat(2_000)])(
    'of %j are few',
    (header) => {
      expect(readChallenges(header).length).toBeLessThanOrEqual(10);
    },
  );
});
