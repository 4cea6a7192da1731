import { ReactorError } from "../errors.ts";

/**
 * The names of one virtual host: blank-separated exact names, `.domain` (the domain and its sub-domains) and `*.domain` (sub-domains only).
 * Upper and lower case are the same; ports play no part.
 */
export interface HostRule {
  readonly text: string;
  readonly exact: readonly string[];
  /** Suffixes with their dot, such as `".site.com"`. */
  readonly suffixes: readonly string[];
}

/** @throws SKITAI_REACTOR_BAD_HOST */
export const parseHostRule = (text: string): HostRule => {
  const exact: string[] = [];
  const suffixes: string[] = [];
  for (const name of text.trim().toLowerCase().split(/\s+/)) {
    const match = /^(\*?\.)?([a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\])$/.exec(name);
    if (!match) throw new ReactorError("SKITAI_REACTOR_BAD_HOST", { value: text });
    const domain = match[2]!.replace(/\.$/, "");
    if (match[1] !== "*.") exact.push(domain);
    if (match[1]) suffixes.push(`.${domain}`);
  }
  return { text, exact, suffixes };
};

/** The host name of a `Host` header: lower-case, without port and the root's dot. */
export const hostName = (header: string): string => {
  const name = header.toLowerCase();
  const end = name.startsWith("[") ? name.indexOf("]") + 1 : name.indexOf(":");
  const bare = end > 0 ? name.slice(0, end) : name;
  return bare.endsWith(".") ? bare.slice(0, -1) : bare;
};
