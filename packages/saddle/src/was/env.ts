import type { SaddleWas } from "./types.ts";

/** The request in the variables of CGI (RFC 3875). Nothing of this process's environment is among them. */
export const environmentOf = (was: SaddleWas): Readonly<Record<string, string>> => {
  const { req } = was;
  const url = req.url!;
  const query = url.indexOf("?");
  const env = Object.create(null) as Record<string, string>;
  env["REQUEST_METHOD"] = req.method!;
  env["REQUEST_URI"] = url;
  env["SCRIPT_NAME"] = was.baseUrl;
  env["PATH_INFO"] = was.path.slice(was.mount?.point.length ?? 0);
  env["QUERY_STRING"] = query < 0 ? "" : url.slice(query + 1);
  env["SERVER_PROTOCOL"] = `HTTP/${req.httpVersion}`;
  env["SERVER_NAME"] = was.host.replace(/:\d+$/, "");
  env["SERVER_PORT"] = /:(\d+)$/.exec(was.host)?.[1] ?? (was.scheme === "https" ? "443" : "80");
  env["REQUEST_SCHEME"] = was.scheme;
  env["REMOTE_ADDR"] = was.remoteAddress;
  for (const [name, value] of Object.entries(req.headers)) {
    if (value === undefined || name.startsWith(":")) continue;
    const variable = name.toUpperCase().replaceAll("-", "_");
    const key = variable === "CONTENT_TYPE" || variable === "CONTENT_LENGTH" ? variable : `HTTP_${variable}`;
    // `Proxy` would become HTTP_PROXY, which programs started with such an environment take for their own setting.
    if (key !== "HTTP_PROXY") env[key] = Array.isArray(value) ? value.join(", ") : value;
  }
  return env;
};
