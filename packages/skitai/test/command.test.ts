import { describe, expect, test } from "vitest";
import { parseCommand } from "../src/command.ts";
import { Skitai } from "../src/index.ts";

describe("the command line of a script", () => {
  test.each([
    [[], { action: "run", verbose: false }],
    [["-v"], { action: "run", verbose: true }],
    [["start"], { action: "start", verbose: false }],
    [["-d"], { action: "start", verbose: false }],
    [["stop"], { action: "stop", verbose: false }],
    [["-s"], { action: "stop", verbose: false }],
    [["restart"], { action: "restart", verbose: false }],
    [["-r"], { action: "restart", verbose: false }],
    [["status"], { action: "status", verbose: false }],
  ])("%j is %j", (args, command) => {
    expect(parseCommand(args)).toEqual(command);
  });

  test.each([["retart"], ["--help"], ["start", "stop"], ["start", "-v"], ["restart", "-v"], ["constructor"], [""]])(
    "%j %j is refused, with the way out",
    (...args) => {
      expect(() => parseCommand(args.filter((arg) => arg !== undefined))).toThrow(
        expect.objectContaining({ code: "SKITAI_UNKNOWN_COMMAND", message: expect.stringContaining("status") }),
      );
    },
  );
});

describe("the facade", () => {
  test("has the constants of the kinds of backend", () => {
    const { PROTO_HTTP, PROTO_WSS, DB_PGSQL, DB_SQLITE3 } = new Skitai();
    expect([PROTO_HTTP, PROTO_WSS, DB_PGSQL, DB_SQLITE3]).toEqual(["http", "wss", "postgresql", "sqlite3"]);
  });

  test("gives each mount a preference of its own", () => {
    const skitai = new Skitai();
    const one = skitai.pref();
    one.config["a"] = 1;
    expect(skitai.pref()).toEqual({ config: {} });
  });

  test("knows that a test is not the script that was started", () => {
    expect(new Skitai().isMain(import.meta)).toBe(false);
  });
});
