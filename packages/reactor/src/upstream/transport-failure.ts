/** Codes of errors that say that a server could not be reached, broke off, was too slow or spoke nonsense. */
const codes: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "ENETUNREACH",
  "ENETDOWN",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPROTO",
]);

const families = /^(?:UND_ERR_(?:CONNECT_TIMEOUT|HEADERS_TIMEOUT|BODY_TIMEOUT|SOCKET)|HPE_|ERR_HTTP2_|ERR_TLS_|ERR_SSL_|CERT_)/;

/** How many causes below an error are looked at. */
const deepest = 4;

/**
 * Whether an error speaks against the server that was asked, judged by its `code`, its `name` or those of its causes. Errors of a program are
 * not among them, nor are those that a server answered with.
 *
 * @example isTransportFailure(Object.assign(new Error(), { code: "ECONNREFUSED" })) // true
 */
export const isTransportFailure = (error: unknown): boolean => {
  let at = error;
  for (let depth = 0; depth <= deepest && at instanceof Error; depth++) {
    const code: unknown = Reflect.get(at, "code");
    if (codes.has(code) || (typeof code === "string" && families.test(code)) || at.name === "TimeoutError") return true;
    at = at.cause;
  }
  return false;
};
