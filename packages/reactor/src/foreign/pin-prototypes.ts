import { IncomingMessage, ServerResponse } from "node:http";
import { Http2ServerResponse } from "node:http2";
import { Readable } from "node:stream";
import type { NodeRequest, NodeResponse } from "../http/types.ts";
import { hasBody } from "../request/body-rules.ts";

/**
 * Makes the methods of a request and a response their own, as far as they are not those of Node's HTTP/1.1 classes. Express gives both objects other
 * prototypes, which derive from those classes: that would take away what makes HTTP/2 work, and what this engine adds.
 */
export const pinPrototypes = (req: NodeRequest, res: NodeResponse): void => {
  if (req.httpVersionMajor === 1) {
    pin(req, IncomingMessage.prototype);
    pin(res, ServerResponse.prototype);
    return;
  }
  pin(req, Readable.prototype);
  pin(res, aboveResponse);
  // HTTP/1.1 defines it too, and means the connection.
  Object.defineProperty(req, "_destroy", { value: Readable.prototype._destroy, configurable: true, writable: true });
  // Body parsers look for one of the two headers by which HTTP/1.1 announces a body (RFC 9112 section 6.3).
  if (req.headers["content-length"] === undefined && hasBody(req)) req.headers["transfer-encoding"] = "chunked";
};

const aboveResponse = Object.getPrototypeOf(Http2ServerResponse.prototype) as object;

const pin = (object: object, above: object): void => {
  const prototype = Object.getPrototypeOf(object) as object;
  if (prototype === above) return;
  let members = known.get(prototype);
  if (!members) known.set(prototype, (members = membersOf(prototype, above)));
  // What somebody in front put on the object itself counts more.
  for (const [name, member] of members) if (!Object.hasOwn(object, name)) Object.defineProperty(object, name, member);
};

type Members = readonly [name: PropertyKey, member: PropertyDescriptor][];

const known = new WeakMap<object, Members>();

/** What a class and those between it and the one above define; the derived definition counts. */
const membersOf = (prototype: object, above: object): Members => {
  const members = new Map<PropertyKey, PropertyDescriptor>();
  for (let level: object | null = prototype; level !== null && level !== above; level = Object.getPrototypeOf(level) as object | null) {
    for (const name of Reflect.ownKeys(level)) {
      if (name === "constructor" || members.has(name)) continue;
      members.set(name, { ...Object.getOwnPropertyDescriptor(level, name)!, configurable: true });
    }
  }
  return [...members];
};
