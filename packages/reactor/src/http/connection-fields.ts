/** Fields that describe an HTTP/1.x connection (RFC 9110 section 7.6.1) and may not appear in HTTP/2 (RFC 9113 section 8.2.2). */
export const connectionSpecific: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
  "http2-settings",
]);

/**
 * The names of fields that belong to one connection and not to the message on it, those that `Connection` lists included.
 *
 * @param connection the value of the `Connection` field.
 */
export const fieldsOfConnection = (connection: string | null | undefined): ReadonlySet<string> =>
  connection === null || connection === undefined
    ? connectionSpecific
    : new Set([...connectionSpecific, ...connection.split(",").map((name) => name.trim().toLowerCase())]);
