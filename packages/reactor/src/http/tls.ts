import { readFileSync } from "node:fs";
import { createSecureContext, createServer, type SecureContext, type Server, type TLSSocket } from "node:tls";
import { ReactorError, reasonOf } from "../errors.ts";

/** A certificate with its key: PEM text, or files when the value names one. */
export interface Certificate {
  /** PEM text or the path of a file: the certificate, followed by its intermediates. */
  cert: string | Buffer;
  /** PEM text or the path of a file. */
  key: string | Buffer;
  /** Of an encrypted key. */
  passphrase?: string;
}

export interface TlsOptions extends Certificate {
  /** Further certificates by server name (SNI, RFC 6066 section 3), `*.domain` for one label. */
  names?: Record<string, Certificate>;
  /** @default "TLSv1.2" */
  minVersion?: "TLSv1.2" | "TLSv1.3";
}

/**
 * A TLS server that does not listen: connections are given to it by `emit("connection", socket)`.
 * ALPN offers `h2` and `http/1.1`; `secured` gets what came of it.
 *
 * @throws SKITAI_REACTOR_BAD_CERTIFICATE
 */
export const createTlsServer = (options: TlsOptions, handshakeTimeout: number, secured: (socket: TLSSocket) => void): Server => {
  const contexts = new Map<string, SecureContext>();
  for (const [name, certificate] of Object.entries(options.names ?? {}))
    contexts.set(name.toLowerCase(), secureContext(certificate, options));
  const own = secureContext(options, options);
  return createServer(
    {
      ...material(options),
      minVersion: options.minVersion ?? "TLSv1.2",
      ALPNProtocols: ["h2", "http/1.1"],
      handshakeTimeout,
      SNICallback: (name, done) => done(null, contextFor(contexts, name.toLowerCase()) ?? own),
    },
    secured,
  );
};

/** Reads and tries the certificates, so that a mistake shows before anything listens. */
export const checkTls = (options: TlsOptions): void => {
  for (const certificate of [options, ...Object.values(options.names ?? {})]) secureContext(certificate, options);
};

const contextFor = (contexts: Map<string, SecureContext>, name: string): SecureContext | undefined =>
  contexts.get(name) ?? contexts.get(`*${name.slice(Math.max(0, name.indexOf(".")))}`);

const secureContext = (certificate: Certificate, options: TlsOptions): SecureContext => {
  const parts = material(certificate);
  try {
    return createSecureContext({ ...parts, minVersion: options.minVersion ?? "TLSv1.2" });
  } catch (cause) {
    throw badCertificate(certificate.cert, cause);
  }
};

const material = (certificate: Certificate): { cert: string | Buffer; key: string | Buffer; passphrase?: string } => ({
  cert: pem(certificate.cert),
  key: pem(certificate.key),
  ...(certificate.passphrase === undefined ? {} : { passphrase: certificate.passphrase }),
});

const pem = (value: string | Buffer): string | Buffer => {
  if (Buffer.isBuffer(value) || value.includes("-----BEGIN ")) return value;
  try {
    return readFileSync(value);
  } catch (cause) {
    throw badCertificate(value, cause);
  }
};

const badCertificate = (value: string | Buffer, cause: unknown): ReactorError => {
  const file = Buffer.isBuffer(value) || value.includes("-----BEGIN ") ? "given as text" : value;
  return new ReactorError("SKITAI_REACTOR_BAD_CERTIFICATE", { file, reason: reasonOf(cause) }, { cause });
};
