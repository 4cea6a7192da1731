import { describeWith } from "@skitai-internal/services/vitest";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createClient, type Client, type GrpcCallOptions, type GrpcRemote } from "../src/index.ts";

interface Point {
  latitude?: number;
  longitude?: number;
}

interface Place {
  name: string;
  location: Point;
}

/** The service of the peer's `route_guide.proto`. */
interface Routes {
  GetFeature(point: Point): Place;
  ListFeatures(area: { low: Point; high: Point }): Place[];
  RecordRoute(points: Iterable<Point>): { point_count: number; feature_count: number; distance: string };
  RouteChat(notes: Iterable<{ location: Point; message: string }>): { message: string }[];
  Wait(request: { seconds: number }): { cancelled: number };
  Fail(request: { code: number; details: string }): null;
  EchoTypes(types: object): Record<string, unknown>;
}

describeWith("grpc", (service) => {
  let client: Client;
  const routes = (options: GrpcCallOptions = {}): GrpcRemote<Routes> =>
    client.grpc<Routes>(`${service.url}/skitai.routes.RouteGuide`, { proto: service.protoFile, ...options });

  beforeEach(() => (client = createClient({ timeout: "10s" })));
  afterEach(() => client.close());

  test("calls of all four kinds", async () => {
    expect((await routes().GetFeature({ latitude: 2, longitude: 3 })).reraise().data.name).toBe("Brücke über den Fluß");
    const area = { low: { latitude: 0, longitude: 0 }, high: { latitude: 3, longitude: 9 } };
    expect((await routes().ListFeatures(area)).reraise().data.map(({ name }) => name)).toEqual(["Old Mill", "Brücke über den Fluß"]);
    const way = [
      { latitude: 1, longitude: 1 },
      { latitude: 5, longitude: 8 },
    ];
    expect((await routes().RecordRoute(way)).reraise().data).toEqual({ point_count: 2, feature_count: 2, distance: "11" });
    const location = { latitude: 1, longitude: 1 };
    const notes = await routes().RouteChat([
      { location, message: "a" },
      { location, message: "b" },
    ]);
    expect(notes.reraise().data.map(({ message }) => message)).toEqual(["a", "a", "b"]);
  });

  test("every type of a field comes back", async () => {
    const sent = {
      a_double: -1e300,
      a_float: 0.5,
      an_int64: "-9223372036854775808",
      a_uint64: "18446744073709551615",
      a_sint32: -7,
      a_fixed32: 4_294_967_295,
      a_bool: true,
      a_string: "서울 😀",
      some_bytes: Buffer.from([0, 255]),
      a_color: "BLUE",
      numbers: [1, -2, 3],
      places: { mill: { latitude: 1, longitude: 1 } },
      point: { latitude: 2, longitude: 3 },
      maybe: "",
    };
    expect((await routes().EchoTypes(sent)).reraise().data).toEqual({ ...sent, choice: "point", _maybe: "maybe" });
  });

  test("metadata comes back, as text and as bytes", async () => {
    const metadata = { "x-echo-text": "a b", "x-echo-bytes-bin": Buffer.of(0, 255) };
    const rs = await routes({ metadata }).GetFeature({ latitude: 1, longitude: 1 });
    expect(rs.details).toMatchObject({
      metadata,
      trailers: { "x-echo-text-trailing": "a b", "x-echo-bytes-trailing-bin": Buffer.of(0, 255) },
    });
  });

  test("gzip is understood on both sides", async () => {
    const text = "skitai ".repeat(10_000);
    const rs = await routes({ compress: true, metadata: { "x-compress": "gzip" } }).EchoTypes({ a_string: text });
    expect(rs.reraise().data["a_string"]).toBe(text);
    expect(rs.headers["grpc-encoding"]).toBe("gzip");
  });

  test.each([
    [3, 400, "INVALID_ARGUMENT"],
    [5, 404, "NOT_FOUND"],
    [7, 403, "PERMISSION_DENIED"],
    [14, 503, "UNAVAILABLE"],
    [16, 401, "UNAUTHENTICATED"],
  ])("the status %i is the answer %i %s", async (code, statusCode, reason) => {
    const rs = await routes().Fail({ code, details: "für immer" });
    expect(rs).toMatchObject({ status: 3, statusCode, reason, data: { code, message: "für immer" } });
  });

  test("a service or method that the server does not have is UNIMPLEMENTED", async () => {
    const rs = await client.grpc(`${service.url}/elsewhere`, { proto: service.protoFile, service: "skitai.routes.RouteGuide" })[
      "GetFeature"
    ]!({});
    expect(rs).toMatchObject({ status: 3, statusCode: 501, reason: "UNIMPLEMENTED" });
  });

  test("a call that takes too long ends in time, and the server is told", async () => {
    const before = (await routes().Wait({ seconds: 0 })).reraise().data.cancelled;
    const rs = await routes().Wait({ seconds: 30 }, { timeout: 100 });
    expect(rs).toMatchObject({ status: 1, statusCode: 730 });
    await expect.poll(async () => (await routes().Wait({ seconds: 0 })).data.cancelled).toBe(before + 1);
  });

  test("a call that is aborted ends at once, and the server is told", async () => {
    const before = (await routes().Wait({ seconds: 0 })).reraise().data.cancelled;
    const control = new AbortController();
    const call = routes().Wait({ seconds: 30 }, { signal: control.signal });
    setTimeout(() => control.abort(), 30);
    expect(await call).toMatchObject({ status: 2, statusCode: 712 });
    await expect.poll(async () => (await routes().Wait({ seconds: 0 })).data.cancelled).toBe(before + 1);
  });

  test("two hundred calls at once share one connection", async () => {
    const all = await Promise.all(Array.from({ length: 200 }, () => routes().GetFeature({ latitude: 1, longitude: 1 })));
    expect(all.every((rs) => rs.status === 3 && rs.data.name === "Old Mill")).toBe(true);
  });

  test("speaks TLS with an authority that is trusted", async () => {
    const trusting = createClient({ ca: service.ca });
    const url = `${service.tlsUrl}/skitai.routes.RouteGuide`;
    expect(
      (await trusting.grpc<Routes>(url, { proto: service.protoFile }).GetFeature({ latitude: 5, longitude: 8 })).reraise().data.name,
    ).toBe("Station");
    await trusting.close();
    expect(await client.grpc<Routes>(url, { proto: service.protoFile }).GetFeature({})).toMatchObject({ status: 2, statusCode: 713 });
  });
});
