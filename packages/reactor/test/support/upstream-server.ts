import { createServer, request, type Agent, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { Try } from "../../src/upstream/try.ts";

/** A real HTTP server as a member of a cluster, which can be killed, hang and come back on its port. */
export class Upstream {
  readonly address: string;
  /** Ids of the POST requests that have arrived. */
  readonly posts: string[] = [];
  /** Requests that have arrived. */
  arrived = 0;
  /** The most that were under way at once, since it was set to 0. */
  most = 0;
  isHanging = false;
  #server: Server;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.address = `127.0.0.1:${port}`;
  }

  static async start(): Promise<Upstream> {
    const server = createServer();
    const upstream = new Upstream(server, await listen(server, 0));
    upstream.#serve();
    onTestFinished(() => upstream.kill());
    return upstream;
  }

  /** Ends like a killed process: no more connections, and those that are open are reset. */
  kill(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async comeBack(): Promise<void> {
    this.#server = createServer();
    await listen(this.#server, Number(this.address.split(":")[1]));
    this.#serve();
  }

  #serve(): void {
    let underWay = 0;
    this.#server.on("request", (req, res) => {
      this.arrived++;
      this.most = Math.max(this.most, ++underWay);
      res.once("close", () => underWay--);
      if (req.method === "POST") this.posts.push(String(req.headers["x-id"]));
      req.resume();
      if (!this.isHanging) setTimeout(() => res.end(this.address), 1);
    });
  }
}

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve) => {
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });

export interface Call {
  method: "GET" | "POST";
  id: string;
  agent: Agent;
  /** Milliseconds until an answer must have come. */
  timeout: number;
}

/** One attempt over HTTP, as a client makes it for {@link balance}. */
export const ask =
  ({ method, id, agent, timeout }: Call) =>
  (tried: Try): Promise<string> =>
    new Promise((resolve, reject) => {
      const { host, port } = tried.member;
      const call = request({ host, port, method, agent, headers: { "x-id": id }, signal: tried.signal }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.once("error", reject).once("end", () => resolve(text));
      });
      // From the moment there is a connection, bytes may have reached the server.
      call.once("socket", (socket) => {
        if (socket.connecting) socket.once("connect", () => (tried.sent = true));
        else tried.sent = true;
      });
      call.setTimeout(timeout, () => call.destroy(Object.assign(new Error("No answer in time."), { code: "ETIMEDOUT" })));
      call.once("error", reject);
      call.end();
    });
