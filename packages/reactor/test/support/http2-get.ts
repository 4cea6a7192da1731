import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from "node:http2";

export interface Http2GetOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** One request over HTTP/2 with prior knowledge. The promise is rejected when the stream breaks off. */
export const http2Get = (url: string, options: Http2GetOptions = {}): Promise<Response> =>
  new Promise((resolve, reject) => {
    const { origin, pathname, search } = new URL(url);
    const session: ClientHttp2Session = connect(origin);
    session.once("error", reject);
    const stream = session.request(
      { ":method": options.method ?? "GET", ":path": pathname + search, ...options.headers },
      { endStream: options.body === undefined },
    );
    if (options.body !== undefined) stream.end(options.body);
    const chunks: Buffer[] = [];
    let head: IncomingHttpHeaders = {};
    stream.on("response", (headers) => (head = headers));
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.once("error", reject);
    stream.once("close", () => {
      session.close();
      const headers = new Headers();
      for (const [name, value] of Object.entries(head)) {
        if (!name.startsWith(":")) for (const one of [value].flat()) headers.append(name, String(one));
      }
      const status = Number(head[":status"]);
      if (stream.rstCode !== 0) reject(new Error(`The stream was reset with ${stream.rstCode}.`));
      else resolve(new Response(status === 204 || status === 304 ? null : Buffer.concat(chunks), { status, headers }));
    });
  });
