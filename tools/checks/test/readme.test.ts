import { expect, test } from "vitest";
import { programsOf } from "../lib/readme.ts";

test("a block of TypeScript with port 5000 is a whole program", () => {
  const markdown = ["# x", "```ts", "run({ port: 5000 });", "```", "```ts", "app.route();", "```", "```sh", "curl :5000", "```", ""].join(
    "\n",
  );
  expect(programsOf(markdown)).toEqual(["run({ port: 5000 });\n"]);
});
