/** One way that a server offers to prove who asks (RFC 9110, section 11.6.1). */
export interface Challenge {
  /** In lower case. */
  readonly scheme: string;
  /** By lower-case name. */
  readonly params: Readonly<Record<string, string>>;
}

const token = /[!#$%&'*+.^_`|~\w-]+/y;
const equals = /[ \t]*=[ \t]*/y;
const quoted = /"((?:[^"\\]|\\.)*)"/sy;
/** What some schemes have in place of parameters. */
const token68 = /[A-Za-z0-9\-._~+/]+=*(?=[ \t]*(?:,|$))/y;
const blanks = /[ \t]+/y;
const comma = /[ \t]*(?:,[ \t]*)+/y;

/**
 * The challenges of `WWW-Authenticate`, in the order of the header. What cannot be read ends the list.
 *
 * @example parseChallenges('Digest realm="a", nonce="x", Basic realm="b"').map(({ scheme }) => scheme) // ["digest", "basic"]
 */
export const parseChallenges = (header: string): Challenge[] => {
  const challenges: Challenge[] = [];
  let params: Record<string, string> = {};
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(header);
    if (match) at = pattern.lastIndex;
    return match;
  };
  take(blanks);
  while (at < header.length) {
    const name = take(token)?.[0].toLowerCase();
    if (name === undefined) break;
    if (take(equals)) {
      const value = take(quoted)?.[1]?.replace(/\\(.)/gs, "$1") ?? take(token)?.[0];
      if (value === undefined) break;
      params[name] = value;
    } else {
      params = Object.create(null) as Record<string, string>;
      challenges.push({ scheme: name, params });
      if (take(blanks)) take(token68);
    }
    if (!take(comma)) take(blanks);
  }
  return challenges;
};
