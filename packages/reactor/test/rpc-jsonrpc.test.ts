import { describe, expect, test } from "vitest";
import {
  JsonRpcFault,
  readJsonRpcAnswer,
  readJsonRpcAnswers,
  readJsonRpcRequest,
  writeJsonRpcAnswer,
  writeJsonRpcCall,
} from "../src/rpc/index.ts";

describe("a call comes back as it was sent", () => {
  test.each([
    ["by position", { method: "add", params: [1, "a", null], id: 1 }],
    ["by name", { method: "add", params: { a: 1, b: [2] }, id: "x" }],
    ["without parameters", { method: "now", params: undefined, id: 1 }],
    ["as a notification", { method: "log", params: ["hi"], id: undefined }],
  ])("%s", (_, call) => expect(readJsonRpcRequest(writeJsonRpcCall(call))).toEqual({ batch: false, calls: [call] }));

  test("in a batch", () => {
    const calls = [
      { method: "a", params: undefined, id: 1 },
      { method: "b", params: [1], id: undefined },
    ];
    expect(readJsonRpcRequest(writeJsonRpcCall(calls))).toEqual({ batch: true, calls });
  });

  test("what JSON cannot say is refused", () => {
    expect(() => writeJsonRpcCall({ method: "a", params: [1n], id: 1 })).toThrow(
      expect.objectContaining({ code: "SKITAI_REACTOR_RPC_UNWRITABLE" }),
    );
  });
});

describe("a server answers what is no call", () => {
  test.each([
    ["{", -32_700],
    ["1", -32_600],
    ["[]", -32_600],
    ['{"method":"a","id":1}', -32_600],
    ['{"jsonrpc":"2.0","method":1,"id":1}', -32_600],
    ['{"jsonrpc":"2.0","method":"a","params":"b","id":1}', -32_600],
    ['{"jsonrpc":"2.0","method":"a","id":{}}', -32_600],
  ])("%s with the code %i", (text, code) => expect(readJsonRpcRequest(text).calls).toEqual([expect.objectContaining({ code })]));

  test("in the middle of a batch too", () => {
    const { batch, calls } = readJsonRpcRequest('[1,{"jsonrpc":"2.0","method":"a","id":1}]');
    expect(batch).toBe(true);
    expect(calls).toEqual([expect.any(JsonRpcFault), { method: "a", id: 1 }]);
  });
});

describe("an answer is read", () => {
  test.each([[0], [null], [false], ["text"], [{ a: [1] }]])("with the result %j", (result) => {
    expect(readJsonRpcAnswer(writeJsonRpcAnswer({ id: 1, result }), 1)).toEqual(result);
  });

  test("with its error as a fault", () => {
    const fault = readJsonRpcAnswer(
      writeJsonRpcAnswer({ id: 1, error: new JsonRpcFault(-32_601, "Method not found", { method: "x" }) }),
      1,
    );
    expect(fault).toBeInstanceOf(JsonRpcFault);
    expect(fault).toMatchObject({ code: -32_601, message: "Method not found", data: { method: "x" } });
  });

  test("with an error although the server could not read the id", () => {
    expect(readJsonRpcAnswer('{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}', 1)).toBeInstanceOf(
      JsonRpcFault,
    );
  });

  test("with null beside what counts", () => {
    expect(readJsonRpcAnswer('{"jsonrpc":"2.0","result":1,"error":null,"id":1}', 1)).toBe(1);
  });
});

describe("what is no answer is refused", () => {
  test.each([
    ["{", /JSON-RPC/],
    ["[]", /no object/],
    ["null", /no object/],
    ['{"result":1,"id":1}', /jsonrpc is not/],
    ['{"jsonrpc":"2.0","id":1}', /neither a result nor an error/],
    ['{"jsonrpc":"2.0","result":1,"error":{"code":1,"message":"a"},"id":1}', /both/],
    ['{"jsonrpc":"2.0","result":1,"id":2}', /id is not that of the call/],
    ['{"jsonrpc":"2.0","result":1,"id":"1"}', /id is not that of the call/],
    ['{"jsonrpc":"2.0","result":1}', /id is not that of the call/],
    ['{"jsonrpc":"2.0","result":1,"id":[1]}', /neither a string nor a number/],
    ['{"jsonrpc":"2.0","error":"broken","id":1}', /error is no object/],
    ['{"jsonrpc":"2.0","error":{"message":"a"},"id":1}', /lacks/],
  ])("%s", (text, message) => {
    expect(() => readJsonRpcAnswer(text, 1)).toThrow(message);
    expect(() => readJsonRpcAnswer(text, 1)).toThrow(expect.objectContaining({ code: "SKITAI_REACTOR_RPC_UNREADABLE" }));
  });
});

describe("the answers to a batch", () => {
  test("are put in the order of the calls", () => {
    const text = writeJsonRpcAnswer([
      { id: 2, error: new JsonRpcFault(1, "no") },
      { id: 1, result: "one" },
    ]);
    expect(readJsonRpcAnswers(text, [1, 2])).toEqual(["one", new JsonRpcFault(1, "no")]);
  });

  test("are one fault for all where the batch was not understood", () => {
    const text = writeJsonRpcAnswer({ id: null, error: new JsonRpcFault(-32_700, "Parse error") });
    expect(readJsonRpcAnswers(text, [1, 2])).toEqual([new JsonRpcFault(-32_700, "Parse error"), new JsonRpcFault(-32_700, "Parse error")]);
  });

  test.each([
    ["miss one", [{ id: 1, result: 1 }], /no answer to 1 of 2/],
    [
      "name one twice",
      [
        { id: 1, result: 1 },
        { id: 1, result: 2 },
      ],
      /id is not that/,
    ],
    [
      "name one that was not asked",
      [
        { id: 1, result: 1 },
        { id: 3, result: 2 },
      ],
      /id is not that/,
    ],
  ])("are refused when they %s", (_, answers, message) => {
    expect(() => readJsonRpcAnswers(writeJsonRpcAnswer(answers), [1, 2])).toThrow(message);
  });

  test("are refused when they are one result", () => {
    expect(() => readJsonRpcAnswers('{"jsonrpc":"2.0","result":1,"id":null}', [1, 2])).toThrow(/no array/);
  });
});
