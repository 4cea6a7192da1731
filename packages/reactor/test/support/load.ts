import { Agent, get } from "node:http";
import { onTestFinished } from "vitest";

/** What became of the requests of a load. */
export interface LoadResult {
  answered: number;
  /** Whose answers there were, by process id. */
  pids: Set<number>;
  failures: string[];
}

/** Requests that go on until they are told to stop. */
export interface Load {
  /** As it is so far. */
  readonly result: LoadResult;
  stop(): Promise<LoadResult>;
}

export interface LoadOptions {
  /** How many clients send one request after the other. */
  clients: number;
  /** Whether each keeps its connection, as long as the server lets it. */
  keepAlive: boolean;
  path?: string;
}

/** An answer of the service's pages. */
export interface Answer {
  status: number;
  pid: number;
  number: number;
  title: string;
}

/** Gets a page of the service. Rejects when there is no complete answer. */
export const ask = (port: number, path = "/who", agent: Agent | false = false): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const request = get({ port, host: "127.0.0.1", path, agent }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.once("error", reject);
      response.once("end", () => {
        if (!response.complete) return;
        try {
          resolve({ status: response.statusCode!, ...(JSON.parse(text) as Omit<Answer, "status">) });
        } catch {
          reject(new Error(`${response.statusCode} with the body "${text}"`));
        }
      });
      response.once("close", () => reject(new Error("cut off")));
    });
    request.once("error", reject);
  });

/** Sends requests until it is told to stop, or the test ends. */
export const load = (port: number, { clients, keepAlive, path }: LoadOptions): Load => {
  const agent = keepAlive ? new Agent({ keepAlive: true, maxSockets: clients }) : false;
  const result: LoadResult = { answered: 0, pids: new Set(), failures: [] };
  let stopped = false;
  const client = async (): Promise<void> => {
    while (!stopped) {
      try {
        const { pid } = await ask(port, path, agent);
        result.answered++;
        result.pids.add(pid);
      } catch (error) {
        result.failures.push((error as NodeJS.ErrnoException).code ?? String(error));
      }
    }
  };
  const done = Promise.all(Array.from({ length: clients }, client));
  const stop = async (): Promise<LoadResult> => {
    stopped = true;
    await done;
    if (agent) agent.destroy();
    return result;
  };
  onTestFinished(async () => void (await stop()));
  return { result, stop };
};

/** Opens connections one after the other and keeps them; gives the process id at the other end of each. */
export const openConnections = async (port: number, count: number): Promise<{ pids: number[]; close: () => void }> => {
  const agent = new Agent({ keepAlive: true, maxSockets: count });
  onTestFinished(() => agent.destroy());
  // A request under way keeps its connection from being used for the next one.
  const answers = Array.from({ length: count }, () => ask(port, "/slow", agent));
  return { pids: (await Promise.all(answers)).map(({ pid }) => pid), close: () => agent.destroy() };
};
