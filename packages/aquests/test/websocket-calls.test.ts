import { describeWith } from "@skitai-internal/services/vitest";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createClient, type Client } from "../src/index.ts";

let client: Client;
beforeEach(() => (client = createClient({ timeout: "5s" })));
afterEach(() => client.close());

describeWith("websocket", (service) => {
  describe("one message", () => {
    test("of text is answered with text", async () => {
      const rs = await client.ws(`${service.url}/echo`, "서울 😀");
      expect(rs.reraise().data).toBe("서울 😀");
      expect(rs).toMatchObject({ status: 3, statusCode: 200, reason: "OK", version: "WebSocket", ok: true, details: { opcode: 1 } });
      expect(rs.content).toEqual(Buffer.from("서울 😀"));
      expect([rs.url, rs.node]).toEqual([`${service.url}/echo`, `127.0.0.1:${service.port}`]);
    });

    test.each([[Buffer.of(0, 255)], [Uint8Array.of(0, 255)], [Uint8Array.of(0, 255).buffer]])(
      "of bytes is answered with a Buffer",
      async (bytes) => {
        const rs = await client.ws(`${service.url}/echo`, bytes);
        expect([rs.reraise().data, rs.details["opcode"]]).toEqual([Buffer.of(0, 255), 2]);
      },
    );

    test("is written and read as JSON where that is said", async () => {
      const rs = await client.ws<{ a: number[] }>(`${service.url}/echo`, { a: [1] }, { encoding: "json" });
      expect(rs.reraise().data.a).toEqual([1]);
    });

    test("of a megabyte is compressed on the way", async () => {
      const text = "skitai ".repeat(150_000);
      expect((await client.ws(`${service.url}/echo`, text)).reraise().data).toBe(text);
      const headers = await client.ws<Record<string, string>>(`${service.url}/headers`, undefined, { encoding: "json" });
      expect(headers.data["sec-websocket-extensions"]).toContain("permessage-deflate");
      const plain = await client.ws<Record<string, string>>(`${service.url}/headers`, undefined, { encoding: "json", compress: false });
      expect(plain.data["sec-websocket-extensions"]).toBeUndefined();
    });

    test("may be left out: the first that the server says is the answer", async () => {
      expect((await client.ws(`${service.url}/count?n=3`)).reraise().data).toBe("0");
    });

    test("is -1 as the opcode when the server closes without one", async () => {
      const rs = await client.ws(`${service.url}/close?code=1000&reason=why`);
      expect(rs).toMatchObject({ status: 3, statusCode: 200, data: "", details: { opcode: -1, code: 1000, reason: "why" } });
    });

    test("fails, with the code, when the server ends the connection for a reason of its own", async () => {
      const rs = await client.ws(`${service.url}/close?code=4001&reason=why`);
      expect(rs).toMatchObject({ status: 2, statusCode: 710, reason: "Channel Closed", details: { code: 4001, reason: "why" } });
      expect(rs.error?.message).toContain('ended it with 4001 "why"');
    });

    test("goes along with headers, credentials and subprotocols", async () => {
      const rs = await client.ws<Record<string, string>>(`${service.url}/headers`, undefined, {
        encoding: "json",
        headers: { Origin: "http://www.skitai.com" },
        auth: ["user", "pässword"],
        protocols: ["one", "two"],
      });
      expect(rs.data).toMatchObject({
        origin: "http://www.skitai.com",
        authorization: `Basic ${Buffer.from("user:pässword").toString("base64")}`,
        "sec-websocket-protocol": "one,two",
        "user-agent": "aquests (Skitai)",
      });
      expect(rs.details["protocol"]).toBe("two");
    });

    test("is asked of one member of an alias, or of all", async () => {
      client.alias("@echo", "ws", [`127.0.0.1:${service.port} 2`, `localhost:${service.port}`]);
      expect((await client.ws.lb("@echo/echo", "one")).reraise().data).toBe("one");
      expect((await client.ws.map("@echo/echo", "all")).data).toEqual(["all", "all"]);
    });

    test("that is never answered ends in time", async () => {
      expect(await client.ws(`${service.url}/silent`, "hello", { timeout: 60 })).toMatchObject({ status: 1, statusCode: 730 });
    });

    test("that cuts the connection is said so", async () => {
      const rs = await client.ws(`${service.url}/drop`, "hello");
      expect(rs).toMatchObject({ status: 2, statusCode: 700, error: { code: "SKITAI_AQUESTS_DISCONNECTED" } });
    });

    test("that is answered with more than the limit is said so", async () => {
      const rs = await client.ws(`${service.url}/large?size=100000`, undefined, { maxSize: "64kb" });
      expect(rs).toMatchObject({ status: 2, statusCode: 719, error: { code: "SKITAI_AQUESTS_TOO_LARGE" } });
    });

    test("that is answered with no JSON where JSON is said is said so", async () => {
      const rs = await client.ws(`${service.url}/large?size=3`, undefined, { encoding: "json" });
      expect(rs).toMatchObject({ status: 2, statusCode: 709, error: { code: "SKITAI_AQUESTS_BAD_CONTENT" } });
    });
  });

  describe("a connection that stays", () => {
    test("takes all messages of the server, and ends when it is closed", async () => {
      const socket = await client.ws.connect(`${service.url}/count?n=500`);
      const messages: (string | Buffer)[] = [];
      for await (const message of socket) messages.push(message);
      expect(messages).toEqual(Array.from({ length: 500 }, (_, index) => String(index)));
      expect(await socket.closed).toEqual({ code: 1000, reason: "" });
    });

    test("sends and takes in any order, and closes when its reader stops", async () => {
      const socket = await client.ws.connect(`${service.url}/echo`, { protocols: ["chat"] });
      expect(socket.protocol).toBe("chat");
      await socket.send("one");
      await socket.send(Buffer.from("two"));
      const got: (string | Buffer)[] = [];
      for await (const message of socket) if (got.push(message) === 2) break;
      expect(got).toEqual(["one", Buffer.from("two")]);
      expect(await socket.closed).toMatchObject({ code: 1000 });
      await expect(socket.send("three")).rejects.toMatchObject({ code: "SKITAI_AQUESTS_CHANNEL_CLOSED", statusCode: 710 });
    });

    test("speaks JSON", async () => {
      await using socket = await client.ws.connect<{ id: number }, { id: number }>(`${service.url}/echo`, { encoding: "json" });
      await socket.send({ id: 7 });
      for await (const message of socket) {
        expect(message.id).toBe(7);
        break;
      }
    });

    test("measures how long the server takes to answer a ping", async () => {
      await using socket = await client.ws.connect(`${service.url}/silent`);
      expect(await socket.ping()).toBeGreaterThan(0);
    });

    test("tells the server a code and a reason", async () => {
      const socket = await client.ws.connect(`${service.url}/echo`);
      expect(await socket.close(4002, "enough")).toEqual({ code: 4002, reason: "enough" });
      expect(await socket.close()).toEqual({ code: 4002, reason: "enough" });
    });

    test("throws where it is cut", async () => {
      const socket = await client.ws.connect(`${service.url}/drop`);
      await socket.send("hello");
      const reading = (async () => {
        for await (const _ of socket);
      })();
      await expect(reading).rejects.toMatchObject({ code: "SKITAI_AQUESTS_DISCONNECTED" });
      expect(await socket.closed).toMatchObject({ code: 1006 });
    });

    test("throws where a message is larger than the limit", async () => {
      const socket = await client.ws.connect(`${service.url}/large?size=100000`, { maxSize: "64kb" });
      const reading = (async () => {
        for await (const _ of socket);
      })();
      await expect(reading).rejects.toMatchObject({ code: "SKITAI_AQUESTS_TOO_LARGE" });
    });

    test("loses nothing and keeps the order when its messages are taken late", async () => {
      await using sender = await client.ws.connect(`${service.url}/echo`);
      for (let count = 0; count < 1_000; count++) await sender.send(String(count));
      let next = 0;
      for await (const message of sender) {
        expect(message).toBe(String(next++));
        if (next === 1_000) break;
      }
      expect(next).toBe(1_000);
    });

    test("is opened at some member of an alias that is there", async () => {
      client.alias("@chat", "ws", ["127.0.0.1:1", `127.0.0.1:${service.port}`]);
      for (let count = 0; count < 3; count++) {
        await using socket = await client.wss.connect("@chat/echo");
        await socket.send("hello");
      }
    });

    test("ends with its client", async () => {
      const own = createClient();
      const socket = await own.ws.connect(`${service.url}/silent`);
      const call = own.ws(`${service.url}/silent`, "hello");
      await socket.ping();
      await own.close();
      await expect(socket[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: "SKITAI_AQUESTS_CLOSED" });
      expect(await call).toMatchObject({ status: 2, statusCode: 712 });
      expect(await own.ws(`${service.url}/echo`, "hello")).toMatchObject({ status: 2, statusCode: 712 });
    });
  });
});
