import type { Args } from "../args/fields.ts";
import type { PathValue } from "../routing/bucket.ts";
import type { Route } from "../routing/route.ts";
import type { SaddleResponse } from "../response/response.ts";
import type { SaddleWas } from "./types.ts";

/**
 * What this package notes on a `was` while it handles the request. The properties have symbols for names, because code of this package reads
 * them from outside the class, which private names do not allow, and users do not see them.
 */
export interface Slots {
  /** The route that answers; undefined while none was found. */
  [routeSlot]: Route | undefined;
  /** Values of the rule's parameters. */
  [valuesSlot]: readonly PathValue[];
  /** The body, once it was collected. */
  [bodySlot]: Buffer | undefined;
  /** The arguments, once somebody asked for them. */
  [argsSlot]: Args | undefined;
  /** `was.response`, once somebody used it. */
  [responseSlot]: SaddleResponse | undefined;
}

export const routeSlot: unique symbol = Symbol("route");
export const valuesSlot: unique symbol = Symbol("path values");
export const bodySlot: unique symbol = Symbol("body");
export const argsSlot: unique symbol = Symbol("arguments");
export const responseSlot: unique symbol = Symbol("response");

/** A `was` with the notes of this package. */
export type HandledWas = SaddleWas & Slots;
