import { expect, test } from "vitest";
import { describeWith } from "../src/vitest.ts";

const post = async (url: string, type: string, body: string): Promise<string> =>
  await (await fetch(url, { method: "POST", headers: { "content-type": type }, body })).text();

describeWith("xmlrpc", (service) => {
  const call = (name: string, parameters = ""): Promise<string> =>
    post(
      service.url,
      "text/xml",
      `<?xml version="1.0"?><methodCall><methodName>${name}</methodName><params>${parameters}</params></methodCall>`,
    );

  test("calls a method", async () => {
    const sum = await call("add", "<param><value><int>2</int></value></param><param><value><int>3</int></value></param>");
    expect(sum).toContain("<value><int>5</int></value>");
  });

  test("has values of all types", async () => {
    const types = await call("types");
    for (const tag of ["int", "double", "boolean", "string", "nil", "dateTime.iso8601", "base64", "array", "struct"]) {
      expect(types).toMatch(new RegExp(`<${tag}/?>`));
    }
  });

  test("answers an unknown method with a fault", async () => {
    expect(await call("no.such.method")).toContain("<name>faultCode</name>");
  });
});

describeWith("jsonrpc", (service) => {
  const call = async (message: unknown): Promise<unknown> =>
    JSON.parse(await post(service.url, "application/json-rpc", JSON.stringify(message)));

  test("calls methods in a batch, with positional and with named parameters", async () => {
    const answers = await call([
      { jsonrpc: "2.0", id: 1, method: "add", params: [2, 3] },
      { jsonrpc: "2.0", id: 2, method: "add", params: { a: 4, b: 5 } },
    ]);
    expect(answers).toEqual([
      { jsonrpc: "2.0", id: 1, result: 5 },
      { jsonrpc: "2.0", id: 2, result: 9 },
    ]);
  });

  test("answers an unknown method with an error", async () => {
    expect(await call({ jsonrpc: "2.0", id: 1, method: "nothing.here" })).toMatchObject({ id: 1, error: { code: -32601 } });
  });

  test("answers no notification", async () => {
    expect(await post(service.url, "application/json-rpc", JSON.stringify({ jsonrpc: "2.0", method: "note", params: ["x"] }))).toBe("");
  });
});
