import { readFileSync } from "node:fs";
import { ServerCredentials } from "@grpc/grpc-js";
import { generate } from "selfsigned";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createClient, GrpcFault, type Client, type GrpcRemote } from "../src/index.ts";
import { proto, startRouteGuide, type RouteGuide, type RouteGuideServer } from "./support/route-guide.ts";

let server: RouteGuideServer;
let client: Client;
let url: string;
let stub: GrpcRemote<RouteGuide>;

beforeEach(async () => {
  server = await startRouteGuide();
  client = createClient({ timeout: "5s" });
  url = `http://127.0.0.1:${server.port}/routeguide.RouteGuide`;
  stub = client.grpc<RouteGuide>(url, { proto });
});

afterEach(async () => {
  await client.close();
  await server[Symbol.asyncDispose]();
});

const points = async function* (count: number): AsyncGenerator<{ latitude: number }> {
  for (let latitude = 0; latitude < count; latitude++) yield { latitude };
};

describe("a single message", () => {
  test("is answered with one: names as described, long integers as text, enums by name, bytes as a Buffer", async () => {
    const rs = await stub.GetFeature({ latitude: 7, longitude: -8 });
    expect(rs.reraise().data).toEqual({
      name: "at 7",
      location: { latitude: 7, longitude: -8 },
      kind: "SPECIAL",
      picture: Buffer.of(0, 255),
      visitor_count: "9007199254740993",
    });
    expect(rs).toMatchObject({ status: 3, statusCode: 200, reason: "OK", version: "HTTP/2.0", method: "GetFeature", ok: true });
    expect(rs).toMatchObject({ url: `${url}/GetFeature`, node: `127.0.0.1:${server.port}` });
  });

  test("may be left out when it is empty", async () => {
    const untyped = client.grpc(url, { proto });
    expect((await untyped["GetFeature"]!()).data).toMatchObject({ name: "at 0" });
  });

  test("carries metadata both ways", async () => {
    const rs = await stub.GetFeature(
      {},
      { metadata: { "x-text": "a", "x-many": ["1", "2"], "x-bytes-bin": Buffer.of(0, 1) }, auth: ["secret"] },
    );
    expect(server.seen?.metadata.get("x-text")).toEqual(["a"]);
    expect(server.seen?.metadata.get("x-many")).toEqual(["1, 2"]);
    expect(server.seen?.metadata.get("x-bytes-bin")).toEqual([Buffer.of(0, 1)]);
    expect(server.seen?.metadata.get("authorization")).toEqual(["Bearer secret"]);
    expect(rs.details).toMatchObject({ code: 0, metadata: { "x-initial": "first" }, trailers: { "x-trailer-bin": Buffer.of(1, 2) } });
  });

  test("tells the server how long the call may take", async () => {
    const before = Date.now();
    await stub.GetFeature({}, { timeout: "4s" });
    const deadline = Number(server.seen?.deadline);
    expect(deadline).toBeGreaterThan(before + 3_000);
    expect(deadline).toBeLessThan(Date.now() + 4_100);
  });

  test("has no deadline when it may take for ever", async () => {
    await stub.GetFeature({}, { timeout: 0 });
    expect(server.seen?.deadline).toBe(Infinity);
  });

  test("goes with gzip where that is asked for", async () => {
    const rs = await stub.GetFeature({ latitude: 5 }, { compress: true });
    expect(rs.reraise().data.name).toBe("at 5");
  });

  test("is kept like any result, by its content", async () => {
    (await stub.GetFeature({ latitude: 1 })).cache(10);
    const again = await stub.GetFeature({ latitude: 1 });
    const other = await stub.GetFeature({ latitude: 2 });
    expect([again.cached, again.data.name, other.cached]).toEqual([true, "at 1", false]);
  });
});

describe("a status other than OK", () => {
  test("is an answer: a fault as data, and the HTTP status that means the same", async () => {
    const rs = await stub.GetFeature({ longitude: 404 });
    expect(rs).toMatchObject({ status: 3, statusCode: 404, reason: "NOT_FOUND", ok: false });
    expect(rs.data).toBeInstanceOf(GrpcFault);
    expect(rs.data).toMatchObject({
      code: 5,
      status: "NOT_FOUND",
      message: "no place: 서울 100 %",
      metadata: { "x-trailer-bin": Buffer.of(1, 2) },
    });
    expect(rs.error).toBe(rs.data);
    expect(() => rs.raiseForStatus()).toThrow("no place");
  });

  test("ends a stream of messages with it", async () => {
    const rs = await stub.ListFeatures({ lo: {}, hi: { latitude: 3, longitude: 500 } });
    expect(rs.data).toMatchObject({ code: 13, message: "half way" });
  });

  test("is thrown out of a stream that is read as it arrives", async () => {
    const rs = await stub.ListFeatures({ lo: {}, hi: { latitude: 3, longitude: 500 } }, { stream: true });
    const names: string[] = [];
    const reading = (async () => {
      for await (const feature of rs.reraise().data) names.push(feature.name);
    })();
    await expect(reading).rejects.toMatchObject({ name: "GrpcFault", code: 13 });
    expect(names).toEqual(["at 0", "at 1", "at 2"]);
  });

  test("may come before the client has said all", async () => {
    let returned = false;
    const endless = async function* (): AsyncGenerator<{ longitude: number }> {
      try {
        for (;;) yield { longitude: 429 };
      } finally {
        returned = true;
      }
    };
    const rs = await stub.RecordRoute(endless());
    expect(rs).toMatchObject({ status: 3, statusCode: 429 });
    await expect.poll(() => returned).toBe(true);
  });
});

describe("streams", () => {
  test("from the server are an array", async () => {
    const rs = await stub.ListFeatures({ lo: { latitude: 2 }, hi: { latitude: 5 } });
    expect(rs.reraise().data.map(({ name }) => name)).toEqual(["at 2", "at 3", "at 4"]);
  });

  test("from the server are read as they arrive with `stream`, however many they are", async () => {
    const rs = await stub.ListFeatures({ lo: {}, hi: { latitude: 20_000 } }, { stream: true });
    let count = 0;
    for await (const feature of rs.reraise().data) expect(feature.location.latitude).toBe(count++);
    expect(count).toBe(20_000);
  });

  test("are given up when their reader stops", async () => {
    const rs = await stub.ListFeatures({ lo: {}, hi: { latitude: 1_000_000 } }, { stream: true });
    for await (const _ of rs.reraise().data) break;
    await expect.poll(() => server.cancelled).toEqual(["ListFeatures"]);
    expect((await stub.GetFeature({ latitude: 1 })).data.name).toBe("at 1");
  });

  test("from the client come out of a generator or an array", async () => {
    expect((await stub.RecordRoute(points(1_000))).reraise().data).toEqual({ point_count: 1_000 });
    expect((await stub.RecordRoute([{ latitude: 1 }, {}])).reraise().data).toEqual({ point_count: 2 });
    expect((await stub.RecordRoute([])).reraise().data).toEqual({ point_count: 0 });
  });

  test("in both directions answer each other", async () => {
    let next: ((note: { message: string } | undefined) => void) | undefined;
    const said: string[] = [];
    const notes = async function* (): AsyncGenerator<{ message: string }> {
      yield { message: "0" };
      for (;;) {
        const note = await new Promise<{ message: string } | undefined>((resolve) => (next = resolve));
        if (!note) return;
        yield note;
      }
    };
    const rs = await stub.RouteChat(notes(), { stream: true });
    for await (const { message } of rs.reraise().data) {
      said.push(message);
      await expect.poll(() => next !== undefined).toBe(true);
      const tell = next!;
      next = undefined;
      tell(said.length < 4 ? { message: String(said.length) } : undefined);
    }
    expect(said).toEqual(["re: 0", "re: 1", "re: 2", "re: 3"]);
  });

  test("of a client that fails end the call and say why", async () => {
    const broken = async function* (): AsyncGenerator<{ latitude: number }> {
      yield { latitude: 1 };
      throw new Error("no more paper");
    };
    const rs = await stub.RecordRoute(broken());
    expect(rs).toMatchObject({ status: 2, statusCode: 701, error: { code: "SKITAI_AQUESTS_HANDLER_FAILED" } });
    expect(rs.error?.message).toContain("no more paper");
    await expect.poll(() => server.cancelled).toEqual(["RecordRoute"]);
  });
});

describe("services", () => {
  const bytes = (): Uint8Array => readFileSync(new URL("fixtures/route_guide.desc", import.meta.url));

  test("are found in a descriptor set", async () => {
    const rs = await client.grpc<RouteGuide>(url, { proto: bytes() }).GetFeature({ latitude: 3 });
    expect(rs.reraise().data.name).toBe("at 3");
  });

  test("need no name in the URL where there is one only", async () => {
    const rs = await client.grpc<RouteGuide>(`http://127.0.0.1:${server.port}`, { proto }).GetFeature({ latitude: 3 });
    expect(rs.reraise().data.name).toBe("at 3");
  });

  test("are asked by alias, one member or all", async () => {
    await using second = await startRouteGuide();
    client.alias("@map", "http", [`127.0.0.1:${server.port}`, `127.0.0.1:${second.port}`]);
    const one = await client.grpc.lb<RouteGuide>("@map/routeguide.RouteGuide", { proto }).GetFeature({ latitude: 1 });
    expect(one.reraise().data.name).toBe("at 1");
    const all = await client.grpc.map<RouteGuide>("@map", { proto }).GetFeature({ latitude: 2 });
    expect(all.data.map(({ name }) => name)).toEqual(["at 2", "at 2"]);
    expect(server.calls + second.calls).toBe(3);
  });

  test("speak TLS, and are trusted only with their authority", async () => {
    const { cert, private: key } = await generate([{ name: "commonName", value: "localhost" }], {
      extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
    });
    const pair = { cert_chain: Buffer.from(cert), private_key: Buffer.from(key) };
    await using secure = await startRouteGuide({ credentials: ServerCredentials.createSsl(null, [pair]) });
    const at = `https://localhost:${secure.port}/routeguide.RouteGuide`;
    expect(await client.grpc<RouteGuide>(at, { proto }).GetFeature({})).toMatchObject({ status: 2, statusCode: 713 });
    expect((await client.grpc<RouteGuide>(at, { proto, insecure: true }).GetFeature({})).reraise().data.name).toBe("at 0");
    const trusting = createClient({ ca: cert });
    expect((await trusting.grpc<RouteGuide>(at, { proto }).GetFeature({})).reraise().data.name).toBe("at 0");
    await trusting.close();
  });
});
