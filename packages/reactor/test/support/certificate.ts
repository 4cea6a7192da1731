import { createPrivateKey } from "node:crypto";
import { generate } from "selfsigned";

export interface TestCertificate {
  cert: string;
  key: string;
}

/** A self-signed certificate for some names; with a passphrase its key is encrypted. */
export const certificateFor = async (names: readonly string[], passphrase?: string): Promise<TestCertificate> => {
  const made = await generate([{ name: "commonName", value: names[0]! }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [{ name: "subjectAltName", altNames: names.map((value) => ({ type: 2, value })) }],
  });
  if (passphrase === undefined) return { cert: made.cert, key: made.private };
  const key = createPrivateKey(made.private).export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase });
  return { cert: made.cert, key };
};
