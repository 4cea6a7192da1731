/** What a request says about where it comes from. */
export interface Sender {
  readonly method: string;
  /** The header `Origin`. */
  readonly origin: string | undefined;
  /** The header `Sec-Fetch-Site`. */
  readonly fetchSite: string | undefined;
  /** This site as the client sees it: scheme, host and port. */
  readonly site: string;
}

const safe: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Whether a request may change something: it comes from a page of this site, or from no browser at all.
 *
 * A page of another site can make a browser post a form here, with whatever the browser is trusted with. Every browser then says so in
 * `Origin`, which no page can forge; a client that sends neither header is a program, and acts for nobody but itself.
 */
export const mayChange = ({ method, origin, fetchSite, site }: Sender): boolean => {
  if (safe.has(method)) return true;
  if (origin !== undefined) return origin === site;
  return fetchSite === undefined || fetchSite === "same-origin" || fetchSite === "none";
};
