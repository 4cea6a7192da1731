import { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { Readable } from "node:stream";
import type { NodeRequest, NodeResponse } from "../http/types.ts";

/**
 * Makes the methods of an HTTP/2 request and response their own. Express gives requests and responses prototypes that derive from those of
 * HTTP/1.1, and would thereby take away what makes HTTP/2 work.
 */
export const pinPrototypes = (req: NodeRequest, res: NodeResponse): void => {
  pin(req, requestMembers);
  pin(res, responseMembers);
};

const pin = (object: object, members: PropertyDescriptorMap): void => {
  const own = Object.getOwnPropertyNames(object);
  if (own.length === 0) return void Object.defineProperties(object, members);
  for (const name of Reflect.ownKeys(members)) if (!Object.hasOwn(object, name)) Object.defineProperty(object, name, members[name as string]!);
};

/** What a class and the classes above it define; the derived definition counts. */
const membersOf = (prototype: object, above: object): PropertyDescriptorMap => {
  const members: PropertyDescriptorMap = {};
  for (let level = prototype; level !== above; level = Object.getPrototypeOf(level) as object) {
    for (const name of Reflect.ownKeys(level)) {
      if (name === "constructor" || Object.hasOwn(members, name)) continue;
      members[name as string] = { ...Object.getOwnPropertyDescriptor(level, name)!, configurable: true };
    }
  }
  return members;
};

const requestMembers = {
  ...membersOf(Http2ServerRequest.prototype, Readable.prototype),
  // HTTP/1.1 defines it too, and means the connection.
  _destroy: { value: Readable.prototype._destroy, configurable: true, writable: true },
};

const responseMembers = membersOf(Http2ServerResponse.prototype, Object.getPrototypeOf(Http2ServerResponse.prototype) as object);
