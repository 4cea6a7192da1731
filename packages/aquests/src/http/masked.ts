/**
 * A text that may hold credentials, as a message may show it: of an address, all between its `//`, or its start, and the last `@` is hidden.
 * Passwords that were not percent-encoded hold any sign, so that a look at the parts of a URL does not find their end.
 *
 * @example masked("socks5://user:pass/word@proxy:1080") // "socks5://***@proxy:1080"
 */
export const masked = (text: string): string => text.replace(/^((?:[a-z][a-z\d+.-]*:)?[\\/]{2})?.+@/is, "$1***@");
