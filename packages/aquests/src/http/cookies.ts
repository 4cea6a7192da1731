import { AquestsError } from "../errors.ts";
import { loadDriver } from "../core/driver.ts";

/** What keeps cookies between calls: a `CookieJar` of tough-cookie, or an object like it. */
export interface CookieKeeper {
  /** The value of `Cookie` for a URL; empty for none. */
  getCookieStringSync(url: string): string;
  /** Takes one `Set-Cookie` of the answer from a URL. */
  setCookieSync(cookie: string, url: string, options?: { ignoreError?: boolean }): unknown;
}

/** Cookies of one client (RFC 6265). */
export class Cookies {
  #keeper: CookieKeeper | undefined;
  #loading: Promise<CookieKeeper> | undefined = undefined;

  constructor(given: true | CookieKeeper) {
    this.#keeper = given === true ? undefined : given;
  }

  /** What keeps them, loaded at the first call. @throws SKITAI_AQUESTS_DRIVER_MISSING */
  keeper(): CookieKeeper | Promise<CookieKeeper> {
    return this.#keeper ?? (this.#loading ??= this.#load());
  }

  async #load(): Promise<CookieKeeper> {
    try {
      const { CookieJar } = await loadDriver("The option cookies", "tough-cookie", () => import("tough-cookie"));
      return (this.#keeper = new CookieJar());
    } finally {
      this.#loading = undefined;
    }
  }
}

/** The value of `Cookie` for a URL: what the call itself says first. */
export const cookieHeader = (keeper: CookieKeeper, url: string, own: string | readonly string[] = []): string | undefined => {
  const all = typeof own === "string" ? [own] : [...own];
  const kept = keeper.getCookieStringSync(url);
  if (kept !== "") all.push(kept);
  return all.length === 0 ? undefined : all.join("; ");
};

/** Keeps the cookies of an answer; one that may not be set is left out. */
export const keepCookies = (keeper: CookieKeeper, url: string, cookies: readonly string[] | undefined): void => {
  for (const cookie of cookies ?? []) keeper.setCookieSync(cookie, url, { ignoreError: true });
};

/** @throws SKITAI_AQUESTS_BAD_OPTION */
export const cookieOption = (value: boolean | CookieKeeper | undefined): true | CookieKeeper | undefined => {
  if (value === undefined || value === false) return undefined;
  if (value === true || (typeof value.getCookieStringSync === "function" && typeof value.setCookieSync === "function")) return value;
  throw new AquestsError("SKITAI_AQUESTS_BAD_OPTION", {
    what: "cookies",
    value: typeof value,
    hint: "Use true or a CookieJar of tough-cookie.",
  });
};
