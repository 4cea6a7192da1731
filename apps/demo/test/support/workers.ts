import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";

/** Somebody who always meets the same worker: a connection stays with the worker that took it. */
export interface Visitor extends Disposable {
  get(path: string): Promise<string>;
  post(path: string): Promise<unknown>;
}

const visitor = (url: string): Visitor => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (method: string, path: string): Promise<string> =>
    new Promise((resolve, reject) => {
      request(url + path, { agent, method, headers: { accept: method === "POST" ? "application/json" : "text/html" } })
        .on("response", (answer) => void text(answer).then(resolve, reject))
        .on("error", reject)
        .end();
    });
  return {
    get: (path) => ask("GET", path),
    post: async (path) => JSON.parse(await ask("POST", path)) as unknown,
    [Symbol.dispose]: () => agent.destroy(),
  };
};

/** A visitor of each of the two workers. */
export const bothWorkers = async (url: string): Promise<readonly [Visitor, Visitor]> => {
  const found = new Map<string, Visitor>();
  // A further connection goes to the worker that has fewer of them, hence none is closed before there are both.
  using others = new DisposableStack();
  for (let tries = 0; tries < 50; tries++) {
    const next = visitor(url);
    const worker = /Served by worker (W\d)/.exec(await next.get("/about"))?.[1] ?? "";
    if (found.has(worker)) others.use(next);
    else found.set(worker, next);
    const [one, other] = found.values();
    if (one && other) return [one, other];
  }
  throw new Error("Only one worker answers.");
};
