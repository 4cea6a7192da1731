import type { NodeRequest } from "../http/types.ts";
import type { Was } from "../was/was.ts";

/** What servers and frameworks put on a Node request to say where an app is mounted. */
export interface MountedRequest {
  url?: string | undefined;
  originalUrl?: string | undefined;
  baseUrl?: string | undefined;
}

/**
 * Makes a request look as it does below the mount point: `req.url` without it, `req.baseUrl` with it, `req.originalUrl` as the client asked.
 *
 * @returns takes it back, for a server around this engine that goes on with the request.
 */
export const descend = (was: Was): (() => void) => {
  const req: NodeRequest & MountedRequest = was.req;
  const { url, originalUrl, baseUrl } = req;
  const base = was.baseUrl;
  req.originalUrl ??= url!;
  req.url = urlBelow(was);
  req.baseUrl = base;
  // It is made of `req.baseUrl`, which just grew.
  Object.defineProperty(was, "baseUrl", { value: base, configurable: true });
  return () => {
    req.url = url!;
    restore(req, "originalUrl", originalUrl);
    restore(req, "baseUrl", baseUrl);
    Reflect.deleteProperty(was, "baseUrl");
  };
};

const restore = (req: MountedRequest, name: "originalUrl" | "baseUrl", value: string | undefined): void => {
  if (value === undefined) delete req[name];
  else req[name] = value;
};

/**
 * Path and query of a request below the mount point; the path is `/` at least.
 *
 * @example urlBelow(was) // "/users?page=2" for "/x/users?page=2" mounted at "/x"
 */
export const urlBelow = (was: Was): string => {
  const url = was.req.url!;
  const point = was.mount?.point ?? "";
  if (point === "") return url;
  const query = url.indexOf("?");
  const path = was.path.startsWith(point) ? was.path.slice(point.length) : was.path;
  return `${path || "/"}${query < 0 ? "" : url.slice(query)}`;
};
