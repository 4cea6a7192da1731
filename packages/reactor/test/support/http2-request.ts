import {
  connect,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type SecureClientSessionOptions,
} from "node:http2";

export interface Http2Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request on an open HTTP/2 connection. */
export const http2Request = (session: ClientHttp2Session, headers: OutgoingHttpHeaders, body?: string): Promise<Http2Answer> => {
  const { promise, resolve, reject } = Promise.withResolvers<Http2Answer>();
  const stream = session.request(headers, { endStream: body === undefined });
  let answer: IncomingHttpHeaders = {};
  let text = "";
  stream.setEncoding("utf8");
  stream.on("response", (received) => (answer = received));
  stream.on("data", (chunk: string) => (text += chunk));
  stream.on("end", () => resolve({ status: Number(answer[":status"]), headers: answer, body: text }));
  stream.on("error", reject);
  if (body !== undefined) stream.end(body);
  return promise;
};

/** Opens an HTTP/2 connection. */
export const http2Session = (origin: string, options: SecureClientSessionOptions = {}): Promise<ClientHttp2Session> => {
  const { promise, resolve, reject } = Promise.withResolvers<ClientHttp2Session>();
  const session = connect(origin, options);
  session.once("connect", () => resolve(session));
  session.once("error", reject);
  return promise;
};
