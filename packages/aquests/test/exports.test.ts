import { expect, test } from "vitest";
import * as exported from "../src/index.ts";

test("@skitai/aquests exports the names of the snapshot and no others", async () => {
  await expect(`${Object.keys(exported).toSorted().join("\n")}\n`).toMatchFileSnapshot("exports.txt");
});
