import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createClient, type Client } from "../src/index.ts";
import { clientOf } from "./support/client-of.ts";
import { eventually } from "./support/eventually.ts";
import { proto, startRouteGuide, type RouteGuide } from "./support/route-guide.ts";
import { serve } from "./support/serve.ts";

describe("an answer that is handed over as it arrives", () => {
  test.each([
    ["one member", (client: Client) => client.get("@m/", { stream: true })],
    ["all members", (client: Client) => client.get.map("@m/", { stream: true })],
  ])("counts as under way at its member until it has ended, where %s is asked", async (_, ask) => {
    await using server = await serve((_, res) => void res.write("a"));
    const client = clientOf({ aliases: { m: ["http", server.address] } });
    const [rs] = await ask(client).getswait();
    const [member] = client.upstreams.get("m")!.members;
    expect(member!.inFlight).toBe(1);
    rs!.stream!.destroy();
    await eventually(() => member!.inFlight === 0);
    expect(member!.state).toBe("up");
  });

  test("and breaks speaks against its member", async () => {
    await using server = await serve((_, res) => (res.write("a"), setTimeout(() => res.destroy(), 10)));
    const client = clientOf({ aliases: { m: ["http", server.address] } });
    const rs = await client.get("@m/", { stream: true });
    await expect(rs.stream!.toArray()).rejects.toMatchObject({ code: "SKITAI_AQUESTS_BAD_ANSWER" });
    const [member] = client.upstreams.get("m")!.members;
    await eventually(() => member!.inFlight === 0);
    expect(member!.state).toBe("down");
  });

  test("ends when the signal of its call aborts", async () => {
    await using server = await serve((_, res) => void res.write("a"));
    const control = new AbortController();
    const rs = await clientOf().get(server.url, { stream: true, signal: control.signal });
    control.abort(new Error("enough"));
    await expect(rs.stream!.toArray()).rejects.toMatchObject({ code: "SKITAI_AQUESTS_ABORTED" });
  });

  test("is given up when a filter throws", async () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    await using server = await serve((_, res) => {
      res.write("a");
      res.once("close", resolve);
    });
    const filter = (): never => {
      throw new Error("not this one");
    };
    expect(await clientOf().get(server.url, { stream: true, filter })).toMatchObject({ status: 2, statusCode: 701 });
    await closed;
  });

  test("and breaks before anybody reads it ends no process", async () => {
    const { promise: broken, resolve } = Promise.withResolvers<void>();
    await using server = await serve((_, res) => {
      res.writeHead(200, { "Content-Encoding": "gzip" });
      res.write(gzipSync("hello").subarray(0, 5), () => res.destroy());
      res.once("close", resolve);
    });
    const client = createClient();
    const rs = await client.get(server.url, { stream: true });
    await broken;
    // The client hears of it within the same round of its socket as of the end of all others.
    await client.close();
    await expect(rs.stream!.toArray()).rejects.toMatchObject({ code: expect.stringMatching(/BAD_ANSWER|DISCONNECTED|CLOSED/) });
  });

  test("of gRPC counts as under way until it has ended", async () => {
    await using server = await startRouteGuide();
    const client = clientOf({ aliases: { m: ["http", `127.0.0.1:${server.port}`] } });
    const stub = client.grpc<RouteGuide>("@m/routeguide.RouteGuide", { proto });
    const rs = await stub.ListFeatures({ lo: {}, hi: { latitude: 2, longitude: 1 } }, { stream: true });
    const [member] = client.upstreams.get("m")!.members;
    expect(member!.inFlight).toBe(1);
    for await (const feature of rs.data) if (feature.name === "at 1") break;
    await eventually(() => member!.inFlight === 0);
    expect(member!.state).toBe("up");
  });
});
