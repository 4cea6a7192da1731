import { createHash, randomBytes } from "node:crypto";
import type { Challenge } from "./challenge.ts";

/** What is to be proved. */
export interface Proven {
  readonly method: string;
  /** The target as the request line has it. */
  readonly uri: string;
  /** The body; undefined where it is read while it is sent. */
  readonly body: Buffer | undefined;
}

/** The better one first. */
const algorithms: Readonly<Record<string, string>> = { "sha-512-256": "sha512-256", "sha-256": "sha256", md5: "md5" };

/** How good the algorithm of a challenge is: the lowest is the best; undefined where it is not known. */
export const digestRank = ({ params }: Challenge): number | undefined => {
  const rank = Object.keys(algorithms).indexOf(nameOf(params));
  return rank < 0 || params["nonce"] === undefined || qopOf(params, true) === "unknown" ? undefined : rank;
};

/**
 * Answers one challenge of digest authentication (RFC 7616; RFC 2069 for servers that offer no `qop`), any number of times.
 */
export class Digest {
  readonly #params: Readonly<Record<string, string>>;
  readonly #user: string;
  readonly #password: string;
  readonly #hash: (text: string | Buffer) => string;
  /** How often its nonce was used. */
  #count = 0;

  constructor({ params }: Challenge, user: string, password: string) {
    this.#params = params;
    this.#user = user;
    this.#password = password;
    const algorithm = algorithms[nameOf(params)]!;
    this.#hash = (text) => createHash(algorithm).update(text).digest("hex");
  }

  /** The value of `Authorization` for one request. @param cnonce of the client's own making; given by tests. */
  answer({ method, uri, body }: Proven, cnonce: string = randomBytes(16).toString("base64url")): string {
    const hash = this.#hash;
    const { realm = "", nonce = "", opaque, algorithm, userhash } = this.#params;
    const qop = qopOf(this.#params, body !== undefined);
    let secret = hash(`${this.#user}:${realm}:${this.#password}`);
    if (/-sess$/i.test(algorithm ?? "")) secret = hash(`${secret}:${nonce}:${cnonce}`);
    const deed = hash(qop === "auth-int" ? `${method}:${uri}:${hash(body ?? "")}` : `${method}:${uri}`);
    const count = (++this.#count).toString(16).padStart(8, "0");
    const response = hash(qop === undefined ? `${secret}:${nonce}:${deed}` : `${secret}:${nonce}:${count}:${cnonce}:${qop}:${deed}`);
    const hashed = userhash?.toLowerCase() === "true";
    const parts = [
      hashed ? `username=${quote(hash(`${this.#user}:${realm}`))}` : userName(this.#user),
      `realm=${quote(realm)}`,
      `nonce=${quote(nonce)}`,
    ];
    parts.push(`uri=${quote(uri)}`, `response="${response}"`);
    if (algorithm !== undefined) parts.push(`algorithm=${algorithm}`);
    if (opaque !== undefined) parts.push(`opaque=${quote(opaque)}`);
    if (qop !== undefined || /-sess$/i.test(algorithm ?? "")) parts.push(`cnonce="${cnonce}"`);
    if (qop !== undefined) parts.push(`qop=${qop}`, `nc=${count}`);
    if (hashed) parts.push("userhash=true");
    return `Digest ${parts.join(", ")}`;
  }
}

const nameOf = (params: Readonly<Record<string, string>>): string => (params["algorithm"] ?? "md5").toLowerCase().replace(/-sess$/, "");

/** `auth` where it is offered, else `auth-int`, which needs the body; undefined where the server offers neither word. */
const qopOf = ({ qop }: Readonly<Record<string, string>>, hasBody: boolean): "auth" | "auth-int" | "unknown" | undefined => {
  if (qop === undefined) return undefined;
  const offered = qop.toLowerCase().split(/[\s,]+/);
  return offered.includes("auth") ? "auth" : offered.includes("auth-int") && hasBody ? "auth-int" : "unknown";
};

const userName = (user: string): string =>
  /^[\x20-\x7e]*$/.test(user) ? `username=${quote(user)}` : `username*=UTF-8''${encodeURIComponent(user).replace(/[!'()*]/g, percent)}`;

const percent = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

const quote = (text: string): string => `"${text.replace(/[\\"]/g, "\\$&")}"`;
