import { describe, expect, test, vi } from "vitest";
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

  test("takes no settings once the service runs", async () => {
    const skitai = new Skitai();
    // There is nothing to mount, and no script: what counts is that run() was called.
    vi.spyOn(process, "exit").mockImplementation(() => {
      throw new Error("exit");
    });
    vi.spyOn(process.stderr, "write").mockImplementation(() => true);
    await skitai.run({ workers: 0 }).catch(() => {});
    vi.restoreAllMocks();
    expect(() => skitai.setKeepAlive("5s")).toThrow(expect.objectContaining({ code: "SKITAI_ALREADY_RUNNING" }));
    expect(() => skitai.enableSsl("a", "b")).toThrow(expect.objectContaining({ code: "SKITAI_ALREADY_RUNNING" }));
    await expect(skitai.run()).rejects.toThrow(expect.objectContaining({ code: "SKITAI_ALREADY_RUNNING" }));
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
