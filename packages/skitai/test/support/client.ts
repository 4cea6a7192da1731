import { Agent, get } from "node:http";
import { onTestFinished } from "vitest";

/** One client with a connection of its own, which stays with its worker. */
export interface Client {
  readonly pid: number;
  json<Data>(path: string): Promise<Data>;
  text(path: string): Promise<string>;
}

/** Connects to a service that answers `/pid`. */
export const connected = async (port: number): Promise<Client> => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const text = (path: string): Promise<string> => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    get({ port, path, agent }, (res) => {
      let body = "";
      res.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      res.on("end", () => (res.statusCode === 200 ? resolve(body) : reject(new Error(`${res.statusCode}: ${body}`))));
    }).on("error", reject);
    return promise;
  };
  const json = async <Data>(path: string): Promise<Data> => JSON.parse(await text(path)) as Data;
  const { pid } = await json<{ pid: number }>("/pid");
  return { pid, json, text };
};

/** A client of each of the two workers. */
export const both = async (port: number): Promise<[Client, Client]> => {
  const one = await connected(port);
  let other = await connected(port);
  while (other.pid === one.pid) other = await connected(port);
  return [one, other];
};
