/** Signs what is delivered, and says where the certificate for it is. */
export interface Signer {
  /** Base64 of RSA PKCS #1 v1.5 over SHA-1 (version 1) or SHA-256 (version 2). */
  sign(text: string, version: '1' | '2'): Promise<string>;
  certificateUrl(origin: string): string;
}
