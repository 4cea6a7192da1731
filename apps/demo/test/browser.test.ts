import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startDemo, type Demo } from "./support/demo.ts";

// Debian's package `chromium`; playwright-core brings no browser of its own.
const executablePath = "/usr/bin/chromium";
const missing = !existsSync(executablePath) && process.env["SKITAI_REQUIRE_SERVICES"] !== "1";
if (missing) console.warn(`No ${executablePath}: the demo is not tried in a browser. Install Debian's package chromium.`);

let demo: Demo;
let browser: Browser;

beforeAll(async () => {
  if (missing) return;
  demo = await startDemo();
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
});
afterAll(async () => {
  await browser?.close();
  await demo?.[Symbol.asyncDispose]();
});

test.skipIf(missing)("somebody opens the board, submits a link, sees it in the list and votes for it", async () => {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));

  await page.goto(demo.url);
  await page.getByRole("link", { name: "Submit", exact: true }).click();
  await page.getByLabel("Address").fill("https://example.com/browser");
  await page.getByLabel("Title").fill("Found with a browser");
  await page.getByRole("button", { name: "Add link" }).click();
  await page.getByRole("heading", { name: "Found with a browser" }).waitFor();
  expect(new URL(page.url()).pathname).toMatch(/^\/links\/\d+$/);

  await page.getByRole("link", { name: "All links" }).click();
  const first = page.locator("article.link").first();
  expect(await first.getByRole("heading").innerText()).toContain("Found with a browser");

  const vote = first.getByRole("button", { name: "Vote for Found with a browser" });
  await vote.click();
  await first.locator('button[aria-pressed="true"]').waitFor();
  expect(await first.locator("[data-votes]").innerText()).toBe("1");
  expect(new URL(page.url()).pathname).toBe("/");
  expect(complaints).toEqual([]);
});

test.skipIf(missing)("the board works without script, and fits a telephone", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 640 } });
  const page = await context.newPage();
  await page.goto(`${demo.url}/submit`);
  await page.getByRole("button", { name: "Add link" }).click();
  await page.getByText("Paste the address of the page.").waitFor();

  await page.goto(demo.url);
  await page.getByRole("button", { name: "Vote for Nunjucks templates" }).click();
  await page.getByRole("button", { name: "Vote for Nunjucks templates", pressed: true }).waitFor();
  await context.close();

  const phone = await browser.newPage({ viewport: { width: 360, height: 640 } });
  await phone.goto(demo.url);
  expect(await phone.evaluate("document.documentElement.scrollWidth")).toBe(360);
});

test.skipIf(missing)("pages that are made of several calls fit a telephone, and nothing on them is refused by the browser", async () => {
  const page = await browser.newPage({ viewport: { width: 360, height: 640 } });
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await page.goto(demo.url);
  await page.getByRole("link", { name: "Overview" }).click();
  await page.getByRole("heading", { name: "This machine" }).waitFor();
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
  await page.getByRole("link", { name: "Check-up" }).click();
  await expect.poll(() => page.getByText(/answers after \d+ ms/).count()).toBe(6);
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
  expect(complaints).toEqual([]);
});
