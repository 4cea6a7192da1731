import { SaddleError } from "../errors.ts";

/** What an endpoint must know of its routes. */
export interface Selectable {
  /** Upper-case; undefined for all the usual ones. */
  readonly methods: readonly string[] | undefined;
  /** Lower-case media types of request bodies; undefined for any. */
  readonly contentTypes: readonly string[] | undefined;
  readonly rule: { readonly text: string };
}

/** What a route serves that names no methods. */
const usualMethods: readonly string[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** The routes at one rule, told apart by method and by the media type of the body. */
export class Endpoint<Route extends Selectable> {
  readonly #routes: Route[] = [];
  /** Routes by the methods that they name. */
  readonly #named = new Map<string, Route[]>();
  /** Routes that name no methods; they come after those that do. */
  readonly #usual: Route[] = [];
  /** The value of the header `Allow`. */
  allow = "";
  /** Answers GET whatever the request says else; undefined when there is more to look at. */
  get: Route | undefined;

  /** @throws SKITAI_SADDLE_ROUTE_TAKEN when an earlier route leaves nothing for this one. */
  add(route: Route): void {
    for (const method of route.methods ?? usualMethods) {
      const rivals = route.methods ? (this.#named.get(method) ?? []) : this.#usual;
      if (rivals.some((rival) => overlap(rival.contentTypes, route.contentTypes))) {
        throw new SaddleError("SKITAI_SADDLE_ROUTE_TAKEN", { rule: route.rule.text, methods: route.methods ? method : "all methods" });
      }
    }
    this.#routes.push(route);
    if (!route.methods) this.#usual.push(route);
    else for (const method of route.methods) this.#named.set(method, [...(this.#named.get(method) ?? []), route]);
    this.allow = this.#allowed().join(", ");
    const first = this.#candidates("GET")[0];
    this.get = first?.contentTypes === undefined ? first : undefined;
  }

  /**
   * The route for a request; else the status that refuses it: 415 when the type of its body is the reason, 405 when its method is.
   *
   * @param type gives the media type of the body, in lower case and without parameters.
   */
  select(method: string, type: () => string | undefined): Route | 405 | 415 {
    const candidates = this.#candidates(method);
    if (candidates.length > 0) return candidates.find((route) => accepts(route, type)) ?? 415;
    return this.#routes.some((route) => accepts(route, type)) ? 405 : 415;
  }

  /** Whether a route serves this method. */
  serves(method: string): boolean {
    return method === "OPTIONS" || this.#candidates(method).length > 0;
  }

  #candidates(method: string): readonly Route[] {
    const named = this.#named.get(method) ?? [];
    const usual = usualMethods.includes(method) ? this.#usual : [];
    if (method === "HEAD" && named.length === 0) return this.#candidates("GET");
    return usual.length === 0 ? named : [...named, ...usual];
  }

  #allowed(): string[] {
    const methods = new Set([...(this.#usual.length > 0 ? usualMethods : []), ...this.#named.keys()]);
    if (methods.has("GET")) methods.add("HEAD");
    return [...methods.add("OPTIONS")].toSorted(byCustom);
  }
}

const custom = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/** The order in which people list them; OPTIONS and rarer ones at the end. */
const byCustom = (a: string, b: string): number => place(a) - place(b);

const place = (method: string): number => (custom.includes(method) ? custom.indexOf(method) : custom.length + Number(method === "OPTIONS"));

const accepts = (route: Selectable, type: () => string | undefined): boolean => {
  if (!route.contentTypes) return true;
  const given = type();
  return given !== undefined && route.contentTypes.includes(given);
};

const overlap = (one: readonly string[] | undefined, other: readonly string[] | undefined): boolean =>
  !one || !other || one.some((type) => other.includes(type));
