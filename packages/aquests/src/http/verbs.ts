import type { Dispatch } from "../core/dispatch.ts";
import type { MapDispatch } from "../core/map-dispatch.ts";
import type { HttpOptions, QueryParams } from "./options.ts";

/** A call without a body. `params` become the query. */
export interface QueryCall<Sent extends "one" | "all"> {
  <Data = unknown>(url: string, options?: HttpOptions<Data>): Sent extends "one" ? Dispatch<Data> : MapDispatch<Data>;
  <Data = unknown>(
    url: string,
    params: QueryParams | null,
    options: HttpOptions<Data>,
  ): Sent extends "one" ? Dispatch<Data> : MapDispatch<Data>;
}

/** `was.get(url)`, `was.get.lb("@alias/path")`, `was.get.map("@alias/path")`. */
export interface QueryVerb extends QueryCall<"one"> {
  readonly lb: QueryCall<"one">;
  readonly map: QueryCall<"all">;
}
