import type { Mount, NodeRequest, NodeResponse, WasClass } from "@skitai/reactor";
import type { Saddle } from "../app/saddle.ts";
import type { Args } from "../args/fields.ts";
import { SaddleRequest } from "../request/request.ts";
import type { Answer, Status } from "../response/answer.ts";
import type { HeadersLike } from "../response/headers.ts";
import { redirect } from "../response/redirect.ts";
import { SaddleResponse } from "../response/response.ts";
import type { PathValue } from "../routing/bucket.ts";
import type { Route } from "../routing/route.ts";
import { environmentOf } from "./env.ts";
import { argsSlot, bodySlot, responseSlot, routeSlot, valuesSlot, type HandledWas, type Slots } from "./slots.ts";
import type { SaddleWas, WasGlobals } from "./types.ts";

/** What a mounted app lends to each `was`. */
export interface SaddleServices {
  readonly app: Saddle;
  render(was: SaddleWas, template: string, params: Readonly<Record<string, unknown>>): string;
  buildUrl(was: SaddleWas, name: string, args: readonly unknown[]): string;
}

const noValues: readonly PathValue[] = [];

/** A class of `was` objects for one mounted app. What it adds to the engine's is on the prototype or made at first use. */
export type SaddleWasClass = new (
  req: NodeRequest,
  res: NodeResponse,
  mount: Mount | undefined,
  path: string,
  startedAt: number,
) => HandledWas;

/** Derives the `was` class of a mounted app from its engine's. */
export const deriveWas = (Base: WasClass, services: SaddleServices): SaddleWasClass => {
  class MountedWas extends Base implements Slots {
    [routeSlot]: Route | undefined = undefined;
    [valuesSlot]: readonly PathValue[] = noValues;
    [bodySlot]: Buffer | undefined = undefined;
    [argsSlot]: Args | undefined = undefined;
    [responseSlot]: SaddleResponse | undefined = undefined;
    #request: SaddleRequest | undefined = undefined;
    #g: WasGlobals | undefined = undefined;

    declare readonly app: Saddle;

    get request(): SaddleRequest {
      return (this.#request ??= new SaddleRequest(this));
    }

    get response(): SaddleResponse {
      return (this[responseSlot] ??= new SaddleResponse(this));
    }

    get g(): WasGlobals {
      return (this.#g ??= Object.create(null) as WasGlobals);
    }

    get env(): Readonly<Record<string, string>> {
      return environmentOf(this);
    }

    render(template: string, params: Readonly<Record<string, unknown>> = {}): string {
      return services.render(this, template, params);
    }

    redirect(url: string, status?: Status, body?: string, headers?: HeadersLike): Answer {
      return redirect(url, status, body, headers);
    }

    ab(name: string, ...args: unknown[]): string {
      return services.buildUrl(this, name, args);
    }
  }
  Object.defineProperty(MountedWas.prototype, "app", { value: services.app });
  return MountedWas;
};
