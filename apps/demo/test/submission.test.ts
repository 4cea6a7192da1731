import { expect, test } from "vitest";
import { checkSubmission, longest } from "../submission.ts";

const title = "A fine title";

test("a sound submission comes back tidy and without problems", () => {
  expect(checkSubmission({ url: " https://Example.com/a b ", title: "  Two\n words ", note: "\tA\u0000note " })).toEqual({
    submission: { url: "https://example.com/a%20b", title: "Two words", note: "A note" },
    problems: {},
  });
});

test.each([
  ["", "Paste the address"],
  ["example.com", "not an address"],
  ["javascript:alert(1)", "Only http:// and https://"],
  ["JaVaScRiPt:alert(1)", "Only http:// and https://"],
  ["java\tscript:alert(1)", "not an address"],
  ["data:text/html,<script>1</script>", "Only http:// and https://"],
  ["ftp://example.com/", "Only http:// and https://"],
  ["https://bank.example@evil.example/", "user name"],
  ["https://", "not an address"],
  [`https://example.com/${"a".repeat(longest.url)}`, "at most 2000"],
])("the address %s is refused", (url, reason) => {
  expect(checkSubmission({ url, title }).problems.url).toContain(reason);
});

test.each([
  [undefined, "at least 3"],
  [["a", "b"], "at least 3"],
  ["ab", "at least 3"],
  ["a".repeat(longest.title + 1), "at most 120"],
])("the title %s is refused", (bad, reason) => {
  expect(checkSubmission({ url: "https://example.com/", title: bad }).problems.title).toContain(reason);
});

test("a note may be missing, but not be endless", () => {
  expect(checkSubmission({ url: "https://example.com/", title }).problems).toEqual({});
  expect(checkSubmission({ url: "https://example.com/", title, note: "n".repeat(501) }).problems.note).toContain("at most 500");
});

test("marks that turn the direction of text are taken out", () => {
  expect(checkSubmission({ url: "https://example.com/", title: "safe \u202Eexe.pdf" }).submission.title).toBe("safe exe.pdf");
});
