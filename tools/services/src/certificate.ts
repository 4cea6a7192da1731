import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generate } from "selfsigned";

/** A certificate in a directory, as a server wants it. */
export interface CertificateFiles {
  /** The certificate itself, which signs itself. */
  readonly ca: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** Makes a self-signed certificate for `localhost` and 127.0.0.1. */
export const writeCertificate = async (directory: string): Promise<CertificateFiles> => {
  const altNames = [
    { type: 2 as const, value: "localhost" },
    { type: 7 as const, ip: "127.0.0.1" },
  ];
  const made = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [{ name: "subjectAltName", altNames }],
  });
  const files = { certificateFile: join(directory, "certificate.pem"), keyFile: join(directory, "key.pem") };
  await writeFile(files.certificateFile, made.cert);
  await writeFile(files.keyFile, made.private, { mode: 0o600 });
  return { ca: made.cert, ...files };
};
