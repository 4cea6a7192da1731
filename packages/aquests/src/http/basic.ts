/** The credentials of basic authentication (RFC 7617), in UTF-8. */
export const basic = (user: string, password: string): string => `Basic ${Buffer.from(`${user}:${password}`, "utf8").toString("base64")}`;
