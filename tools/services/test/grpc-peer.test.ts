import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { type ClientSessionOptions, connect, type IncomingHttpHeaders, type SecureClientSessionOptions } from "node:http2";
import { buffer } from "node:stream/consumers";
import { expect, test } from "vitest";
import { describeWith } from "../src/vitest.ts";

interface Answer {
  readonly headers: IncomingHttpHeaders;
  readonly trailers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One call with one message, by the frames of the protocol. */
const call = async (
  url: string,
  method: string,
  message: readonly number[],
  metadata: Readonly<Record<string, string>> = {},
  options: ClientSessionOptions | SecureClientSessionOptions = {},
): Promise<Answer> => {
  const session = connect(url, options);
  try {
    const path = `/skitai.routes.RouteGuide/${method}`;
    const stream = session.request({ ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers", ...metadata });
    const answer = { headers: {}, trailers: {} };
    stream.on("response", (headers) => (answer.headers = headers)).on("trailers", (trailers) => (answer.trailers = trailers));
    stream.end(Buffer.from([0, 0, 0, 0, message.length, ...message]));
    const [body] = await Promise.all([buffer(stream), once(stream, "close")]);
    return { ...answer, body };
  } finally {
    session.close();
  }
};

const oldMill = [8, 1, 16, 1];

describeWith("grpc", (service) => {
  test("answers a unary call, with the metadata of the request", async () => {
    const answer = await call(service.url, "GetFeature", oldMill, { "x-echo-id": "7" });
    expect(answer.body.toString()).toContain("Old Mill");
    expect(answer.headers["x-echo-id"]).toBe("7");
    expect(answer.trailers).toMatchObject({ "grpc-status": "0", "x-echo-id-trailing": "7" });
  });

  test("answers over TLS", async () => {
    expect((await call(service.tlsUrl, "GetFeature", oldMill, {}, { ca: service.ca })).trailers["grpc-status"]).toBe("0");
  });

  test("answers with compressed messages when asked to", async () => {
    const answer = await call(service.url, "EchoTypes", [66, 100, ...Buffer.alloc(100, "x")], {
      "x-compress": "gzip",
      "grpc-accept-encoding": "gzip",
    });
    expect([answer.headers["grpc-encoding"], answer.body[0]]).toEqual(["gzip", 1]);
  });

  test("streams messages", async () => {
    const everywhere = [10, 4, 8, 0, 16, 0, 18, 4, 8, 9, 16, 9];
    const text = (await call(service.url, "ListFeatures", everywhere)).body.toString();
    expect(text).toMatch(/Old Mill.*Brücke über den Fluß.*Station/s);
  });

  test("ends with a status", async () => {
    expect((await call(service.url, "GetFeature", [8, 9])).trailers["grpc-status"]).toBe("5");
  });

  test("has its description as a file", async () => {
    expect(await readFile(service.protoFile, "utf8")).toContain("service RouteGuide");
    expect((await readFile(service.descriptorFile)).includes("RouteGuide")).toBe(true);
  });
});
