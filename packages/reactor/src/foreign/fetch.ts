import { ReactorError } from "../errors.ts";
import type { FlatHeaders } from "../http/types.ts";
import type { MountedApp } from "../mount/types.ts";
import { respond } from "../response/respond.ts";
import { runWith } from "../was/current.ts";
import type { Was } from "../was/was.ts";
import { hasMethods } from "./duck.ts";
import { fetchRequestOf } from "./fetch-request.ts";
import { httpErrorOf } from "./http-error.ts";
import { readAhead } from "./read-ahead.ts";

/** The Node objects, as the second argument of a fetch handler; Hono apps know it as `c.env`. */
export interface FetchEnvironment {
  readonly incoming: Was["req"];
  readonly outgoing: Was["res"];
}

type FetchHandler = (request: Request, environment: FetchEnvironment) => unknown;

/** Objects with `fetch(request)`: Hono, h3 2, and whatever runs on Deno, Bun or workers. */
export const fetchApp = (target: object): MountedApp | undefined => {
  if (!hasMethods(target, "fetch")) return undefined;
  return { target, handle: fetchHandle((request, environment) => target.fetch(request, environment)) };
};

/** A function of one argument can be no `(req, res)` listener. */
export const fetchFunction = (target: object): MountedApp | undefined =>
  typeof target === "function" && target.length === 1 ? { target, handle: fetchHandle(target as FetchHandler) } : undefined;

const fetchHandle =
  (handler: FetchHandler): MountedApp["handle"] =>
  (was) =>
    runWith(was, () => answer(was, handler));

const answer = async (was: Was, handler: FetchHandler): Promise<void> => {
  const response = await responseOf(was, handler);
  if (!isResponse(response)) {
    throw new ReactorError(
      "SKITAI_REACTOR_BAD_RESPONSE",
      { value: String(response), hint: "a fetch handler returns a Response." },
      { status: 500 },
    );
  }
  // The engine refused the body while the handler was at work, or the handler used the Node response.
  if (was.res.headersSent) return void response.body?.cancel().catch(() => {});
  await respondFetch(was, response);
};

const responseOf = async (was: Was, handler: FetchHandler): Promise<unknown> => {
  const request = fetchRequestOf(was);
  try {
    return await handler(request, { incoming: was.req, outgoing: was.res });
  } catch (error) {
    throw httpErrorOf(error);
  }
};

/**
 * Writes a Fetch `Response`. A body that is there already is sent with its length; any other streams.
 *
 * @throws SKITAI_REACTOR_BAD_RESPONSE
 */
export const respondFetch = async (was: Was, response: Response): Promise<void> => {
  const headers: FlatHeaders = [];
  for (const [name, value] of response.headers) headers.push(name, value);
  if (response.bodyUsed)
    throw new ReactorError("SKITAI_REACTOR_BAD_RESPONSE", { value: "a Response", hint: "its body was read already." }, { status: 500 });
  await respond(was, response.status, headers, response.body && (await readAhead(response.body)));
};

const isResponse = (value: unknown): value is Response =>
  typeof value === "object" && value !== null && "headers" in value && "status" in value && "body" in value;
