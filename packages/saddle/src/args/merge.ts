import { hasBody } from "@skitai/reactor";
import { SaddleError } from "../errors.ts";
import type { HandledWas } from "../was/slots.ts";
import { argsSlot, bodySlot, routeSlot, valuesSlot } from "../was/slots.ts";
import { addArg, noArgs, readFields, type Args } from "./fields.ts";

/**
 * All arguments of a request: those of the path, the query and the body (a form or a JSON object), merged in this order.
 *
 * @param strict a body that should be JSON and is not is an error; otherwise it has no arguments.
 * @throws SKITAI_SADDLE_TOO_MANY_FIELDS, SKITAI_SADDLE_BAD_JSON (400)
 */
export const mergeArgs = (was: HandledWas, strict: boolean): Args => {
  let args = pathArgs(was);
  const url = was.req.url!;
  const query = url.indexOf("?");
  if (query >= 0) {
    const fields = readFields(url.slice(query + 1));
    if (was[valuesSlot].length === 0) args = fields;
    else addAll(args, fields);
  }
  const body = was[bodySlot];
  if (body !== undefined && body.length > 0) addAll(args, bodyFields(was, strict));
  return args;
};

/**
 * All arguments of a request, for a route that declares what it takes.
 *
 * @throws SKITAI_SADDLE_MULTIPART_NOT_READ (415), SKITAI_SADDLE_TOO_MANY_FIELDS, SKITAI_SADDLE_BAD_JSON (400)
 */
export const argsToCheck = (was: HandledWas): Args => {
  const { method } = was.req;
  // A route that streams reads the form by itself, and declares what comes beside it.
  if (method !== "GET" && method !== "HEAD" && !was[routeSlot]?.streams && hasBody(was.req)) {
    if (was.request.getContentType() === "multipart/form-data")
      throw new SaddleError("SKITAI_SADDLE_MULTIPART_NOT_READ", {}, { status: 415 });
  }
  return mergeArgs(was, true);
};

/**
 * What a handler gets that declares no arguments: all of them, but those of the path as the rule types them, whatever the client repeats. A
 * handler without a second parameter may take the body as it likes, JSON or not.
 *
 * @throws SKITAI_SADDLE_TOO_MANY_FIELDS, SKITAI_SADDLE_BAD_JSON (400)
 */
export const handlerArgs = (was: HandledWas): Args => {
  const { url } = was.req;
  if (was[bodySlot] === undefined && !url!.includes("?")) return pathArgs(was);
  const route = was[routeSlot];
  const args = mergedArgs(was, route !== undefined && route.handler.length > 1);
  const names = route?.pathNames ?? [];
  const values = was[valuesSlot];
  if (names.every((name, at) => args[name] === values[at])) return args;
  return Object.assign(noArgs(), args, pathArgs(was));
};

const mergedArgs = (was: HandledWas, strict: boolean): Args => {
  try {
    return (was[argsSlot] ??= mergeArgs(was, true));
  } catch (error) {
    if (strict || !(error instanceof SaddleError) || error.code !== "SKITAI_SADDLE_BAD_JSON") throw error;
    // Not kept: was.request.args has to tell what is wrong with the body.
    return mergeArgs(was, false);
  }
};

const pathArgs = (was: HandledWas): Args => {
  const args = noArgs();
  const route = was[routeSlot];
  if (route !== undefined && route.pathNames.length > 0) {
    const values = was[valuesSlot];
    for (let at = 0; at < values.length; at++) args[route.pathNames[at]!] = values[at];
  }
  return args;
};

const addAll = (args: Args, fields: Args): void => {
  for (const name of Object.keys(fields)) addArg(args, name, fields[name]);
};

const bodyFields = (was: HandledWas, strict: boolean): Args => {
  const { request } = was;
  const type = request.getContentType();
  if (type === "application/x-www-form-urlencoded") return readFields(request.text());
  if (type === undefined || !isJson(type)) return {};
  try {
    const value = request.json();
    return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Args) : {};
  } catch (error) {
    if (strict) throw error;
    return {};
  }
};

/** Whether a media type is JSON, or JSON of a special kind (RFC 6839). */
export const isJson = (type: string): boolean => type === "application/json" || /^application\/[\w.-]+\+json$/.test(type);
