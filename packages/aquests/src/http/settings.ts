import { size, type Size } from "@skitai/reactor";
import { AquestsError } from "../errors.ts";

/** How a client speaks HTTP. */
export interface HttpClientOptions {
  /** Most connections to one server at once. @default 128 */
  connections?: number;
  /** How many redirects to follow. @default 6 */
  redirects?: number;
  /** Largest body that is read, before and after its content encoding is undone. @default "64mb" */
  maxSize?: Size;
  /** The `User-Agent` header. @default "aquests (Skitai)" */
  userAgent?: string;
  /** Speak HTTP/2 where the server offers it in the TLS handshake. @default true */
  http2?: boolean;
  /** Speak HTTP/2 to `http:` servers too, without asking them: all of them must know it. @default false */
  h2c?: boolean;
  /** Do not verify certificates. @default false */
  insecure?: boolean;
  /** Certificates of authorities to trust, in PEM, instead of the well-known ones. */
  ca?: Pem | readonly Pem[];
  /** The client's certificate, in PEM, for servers that ask for one. */
  cert?: Pem;
  /** The key of that certificate, in PEM. */
  key?: Pem;
  /** The name that the servers' certificates must have. @default the host of the URL */
  servername?: string;
}

/** Text in PEM. */
export type Pem = string | Buffer;

/** How TLS is spoken, but for `insecure`, which a call may say too. */
export interface TlsSettings {
  readonly ca: Pem | Pem[] | undefined;
  readonly cert: Pem | undefined;
  readonly key: Pem | undefined;
  readonly servername: string | undefined;
}

/** {@link HttpClientOptions} with every default filled in. */
export interface HttpSettings {
  readonly connections: number;
  readonly redirects: number;
  /** Bytes. */
  readonly maxSize: number;
  readonly userAgent: string;
  readonly http2: boolean;
  readonly h2c: boolean;
  readonly insecure: boolean;
  readonly tls: TlsSettings;
}

/** The options by name, for checking. */
export const httpClientOptionNames: Readonly<Record<keyof HttpClientOptions, true>> = {
  connections: true,
  redirects: true,
  maxSize: true,
  userAgent: true,
  http2: true,
  h2c: true,
  insecure: true,
  ca: true,
  cert: true,
  key: true,
  servername: true,
};

/** @throws SKITAI_AQUESTS_BAD_OPTION, SKITAI_REACTOR_BAD_SIZE */
export const resolveHttpSettings = (options: HttpClientOptions): HttpSettings => {
  const { ca, cert, key, servername } = options;
  if ((cert === undefined) !== (key === undefined))
    throw bad("cert", cert === undefined ? "missing" : "alone", "cert and key go together.");
  return {
    connections: wholeNumber("connections", options.connections ?? 128, 1),
    redirects: wholeNumber("redirects", options.redirects ?? 6, 0),
    maxSize: size(options.maxSize ?? "64mb", "maxSize"),
    userAgent: options.userAgent ?? "aquests (Skitai)",
    http2: options.http2 ?? true,
    h2c: options.h2c ?? false,
    insecure: options.insecure ?? false,
    tls: { ca: Array.isArray(ca) ? [...(ca as readonly Pem[])] : (ca as Pem | undefined), cert, key, servername },
  };
};

/** @throws SKITAI_AQUESTS_BAD_OPTION */
export const wholeNumber = (what: string, value: number, least: number): number => {
  if (Number.isInteger(value) && value >= least) return value;
  throw bad(what, value, `Use a whole number from ${least}.`);
};

const bad = (what: string, value: unknown, hint: string): AquestsError =>
  new AquestsError("SKITAI_AQUESTS_BAD_OPTION", { what, value, hint });
