import forge from 'node-forge';

export interface CertificateRequest {
  /** PKCS #8, PEM. */
  readonly key: string;
  /** Common and alternative name. */
  readonly name: string;
  /** Hexadecimal. */
  readonly serial: string;
  readonly from: Date;
  readonly until: Date;
}

/** A self-signed X.509 certificate, in PEM. */
export function selfSigned({ key, name, serial, from, until }: CertificateRequest): string {
  const privateKey = forge.pki.privateKeyFromPem(key);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.setRsaPublicKey(privateKey.n, privateKey.e);
  certificate.serialNumber = serial;
  certificate.validity.notBefore = from;
  certificate.validity.notAfter = until;
  const subject = [{ name: 'commonName', value: name }];
  certificate.setSubject(subject);
  certificate.setIssuer(subject);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false },
    { name: 'keyUsage', digitalSignature: true },
    { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
  ]);
  certificate.sign(privateKey, forge.md.sha256.create());
  return forge.pki.certificateToPem(certificate);
}
