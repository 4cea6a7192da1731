import { startFaultyPeer, type Fault } from "@skitai-internal/services";
import { describeWith } from "@skitai-internal/services/vitest";
import { describe, expect, test } from "vitest";
import { clientOf } from "./support/client-of.ts";
import { eventually } from "./support/eventually.ts";

/** What each mistake of a server makes of a GET: the code of the error and the number in its place. */
const outcomes: readonly [fault: Fault, code: string, statusCode: number][] = [
  ["reset", "SKITAI_AQUESTS_DISCONNECTED", 700],
  ["close-at-once", "SKITAI_AQUESTS_DISCONNECTED", 700],
  ["reset-in-body", "SKITAI_AQUESTS_DISCONNECTED", 700],
  ["truncated-body", "SKITAI_AQUESTS_BAD_ANSWER", 707],
  ["truncated-chunks", "SKITAI_AQUESTS_BAD_ANSWER", 707],
  ["broken-chunk", "SKITAI_AQUESTS_BAD_ANSWER", 707],
  ["two-lengths", "SKITAI_AQUESTS_BAD_ANSWER", 707],
  ["endless-head", "SKITAI_AQUESTS_BAD_ANSWER", 707],
  ["garbage", "SKITAI_AQUESTS_BAD_ANSWER", 707],
  ["broken-gzip", "SKITAI_AQUESTS_BAD_CONTENT", 709],
  ["endless-body", "SKITAI_AQUESTS_TOO_LARGE", 719],
];

describe("a server that", () => {
  test.each(outcomes)("answers with %s ends in %s, and the next request is answered", async (fault, code, statusCode) => {
    await using peer = await startFaultyPeer(fault);
    const client = clientOf({ maxSize: "1mb", connections: 1 });
    const rs = await client.get(peer.url);
    expect(rs).toMatchObject({ status: 2, statusCode, data: null, error: { code } });
    expect(rs.content).toHaveLength(0);
    peer.fault = "none";
    expect(await client.get(peer.url)).toMatchObject({ status: 3, statusCode: 200, text: "hello" });
  });

  test.each(["silent", "half-head", "silent-in-body"] as const)("is %s ends in a time-out, and its connection is freed", async (fault) => {
    await using peer = await startFaultyPeer(fault);
    const client = clientOf({ connections: 1 });
    const rs = await client.get(peer.url, { timeout: 50 });
    expect(rs).toMatchObject({ status: 1, statusCode: 730, reason: "Timeout", error: { code: "SKITAI_AQUESTS_TIMEOUT" } });
    await eventually(() => peer.open === 0);
    peer.fault = "none";
    expect(await client.get(peer.url)).toMatchObject({ status: 3, text: "hello" });
  });

  test.each(["overlong-body", "unasked-answer", "close-idle"] as const)("sends %s does no harm to the requests after", async (fault) => {
    await using peer = await startFaultyPeer(fault);
    const client = clientOf({ connections: 1 });
    const texts: string[] = [];
    for (let round = 0; round < 5; round++) texts.push((await client.get(peer.url)).text);
    expect(texts).toEqual(["hello", "hello", "hello", "hello", "hello"]);
  });

  test("closes the connection is asked again once, if asking twice has the effect of once", async () => {
    await using peer = await startFaultyPeer("close-at-once");
    const client = clientOf();
    await client.get(peer.url);
    expect(peer.requests).toHaveLength(2);
    await client.post(peer.url, { a: 1 });
    expect(peer.requests).toHaveLength(3);
  });
});

describe("a server that is not there", () => {
  test("is told from one that answers badly", async () => {
    const peer = await startFaultyPeer("none");
    await peer.close();
    const rs = await clientOf().get(peer.url);
    expect(rs).toMatchObject({ status: 2, statusCode: 714, error: { code: "SKITAI_AQUESTS_CONNECT_FAILED" } });
    expect(rs.error?.message).toContain(`127.0.0.1:${peer.port}`);
  });

  test("because its name has no address ends in 704", async () => {
    const rs = await clientOf().get("http://no-such-host.invalid/");
    expect(rs).toMatchObject({ status: 2, statusCode: 704, reason: "DNS Not Found", error: { code: "SKITAI_AQUESTS_DNS" } });
  });
});

describeWith("blackhole", (hole) => {
  test("a connection that never opens ends in a time-out and is given up", async () => {
    const client = clientOf();
    const rs = await Promise.all(Array.from({ length: 3 }, () => client.get(hole.url, { timeout: 50 })));
    expect(rs.map(({ status, statusCode }) => [status, statusCode])).toEqual([
      [1, 730],
      [1, 730],
      [1, 730],
    ]);
    await eventually(() => !process.getActiveResourcesInfo().includes("TCPConnectWrap"));
  });
});
