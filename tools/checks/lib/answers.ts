import { request } from "node:http";
import { connect } from "node:http2";

export interface Answer {
  status: number;
  body: string;
}

export interface Call {
  path: string;
  method?: string;
  /** Sent as `application/json`. */
  json?: unknown;
}

/** Milliseconds that one answer may take. */
const patience = 5000;

/** Asks over HTTP/1.1, with a connection of its own. */
export const askHttp1 = (port: number, { path, method = "GET", json }: Call): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const headers = json === undefined ? {} : { "content-type": "application/json" };
    const call = request({ host: "127.0.0.1", port, path, method, headers, agent: false, signal: AbortSignal.timeout(patience) });
    call.on("error", reject);
    call.on("response", (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => (body += text));
      response.on("error", reject).on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    call.end(json === undefined ? undefined : JSON.stringify(json));
  });

/** Asks over HTTP/2 without TLS, by prior knowledge. */
export const askHttp2 = (port: number, { path, method = "GET", json }: Call): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const session = connect(`http://127.0.0.1:${port}`);
    const fail = (error: Error): void => {
      session.destroy();
      reject(error);
    };
    session.on("error", fail);
    const headers = json === undefined ? {} : { "content-type": "application/json" };
    const stream = session.request({ ":path": path, ":method": method, ...headers }, { signal: AbortSignal.timeout(patience) });
    let status = 0;
    let body = "";
    stream.on("error", fail).on("response", (answer) => (status = answer[":status"] ?? 0));
    stream.setEncoding("utf8").on("data", (text: string) => (body += text));
    stream.on("end", () => {
      session.close();
      resolve({ status, body });
    });
    stream.end(json === undefined ? undefined : JSON.stringify(json));
  });
