import { expect, test } from "vitest";
import { SkitaiError } from "../src/index.ts";

test("an error quotes the value that it is about", () => {
  expect(new SkitaiError("SKITAI_UNKNOWN_COMMAND", { value: " stop" }).message).toMatch(/^unknown command: " stop"\. /);
});

test("an error keeps the one underneath", () => {
  const cause = new Error("EEXIST");
  expect(new SkitaiError("SKITAI_FOREIGN_DIRECTORY", { value: "/var/tmp/x" }, { cause }).cause).toBe(cause);
  expect(new SkitaiError("SKITAI_NO_SCRIPT")).not.toHaveProperty("cause");
});
