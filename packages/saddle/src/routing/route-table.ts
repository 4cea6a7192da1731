import { SaddleError } from "../errors.ts";
import { Endpoint } from "./endpoint.ts";
import type { Route } from "./route.ts";
import { Router, type Found } from "./router.ts";

/** The routes of one app: by path for requests, by name for URLs. */
export class RouteTable {
  readonly #router = new Router<Endpoint<Route>>();
  readonly #named = new Map<string, Route>();
  readonly #routes: Route[] = [];

  /**
   * @throws SKITAI_SADDLE_NAME_TAKEN when another function has this name; one function may serve several rules, and the first is that of its URL.
   * @throws SKITAI_SADDLE_ROUTE_TAKEN
   */
  add(route: Route): void {
    const { name, rule } = route;
    const namesake = name === undefined ? undefined : this.#named.get(name);
    if (namesake && namesake.handler !== route.handler) {
      throw new SaddleError("SKITAI_SADDLE_NAME_TAKEN", { name, taken: namesake.rule.text, rule: rule.text });
    }
    const endpoint = this.#router.get(rule) ?? new Endpoint<Route>();
    endpoint.add(route);
    if (this.#router.get(rule) === undefined) this.#router.add(rule, endpoint);
    if (name !== undefined && !namesake) this.#named.set(name, route);
    this.#routes.push(route);
  }

  /** @param path below the mount point, as it was sent. */
  find(path: string): Found<Endpoint<Route>> {
    return this.#router.find(path);
  }

  named(name: string): Route | undefined {
    return this.#named.get(name);
  }

  get names(): readonly string[] {
    return [...this.#named.keys()];
  }

  get routes(): readonly Route[] {
    return this.#routes;
  }
}
