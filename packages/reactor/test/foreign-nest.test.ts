import "reflect-metadata";
import { Controller, Get, Module, Post, type INestApplication } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { expect, test } from "vitest";
import { Engine, was } from "../src/index.ts";
import { temporaryDirectory } from "./support/temporary-directory.ts";
import { wasReport } from "./support/was-report.ts";

/** What decorators would do: this repository's TypeScript has none. */
const route = (decorate: MethodDecorator, prototype: object, name: string): void => {
  decorate(prototype, name, Object.getOwnPropertyDescriptor(prototype, name)!);
};

const events: string[] = [];

class LinkController {
  list(): string {
    return `links of ${was.mount!.point}`;
  }
  report(): Promise<Record<string, unknown>> {
    return wasReport();
  }
  fail(): never {
    throw new Error("broken");
  }
  add(): string {
    return "added";
  }
  onModuleInit(): void {
    events.push("initialised");
  }
  onModuleDestroy(): void {
    events.push("destroyed");
  }
}
route(Get("/"), LinkController.prototype, "list");
route(Get("/was"), LinkController.prototype, "report");
route(Get("/fail"), LinkController.prototype, "fail");
route(Post("/"), LinkController.prototype, "add");
Controller("links")(LinkController);

class AppModule {}
Module({ controllers: [LinkController] })(AppModule);

const makeApp = (): Promise<INestApplication> => NestFactory.create(AppModule, { logger: false });

for (const point of ["/x", "/"]) {
  test(`a Nest app answers at ${point}`, async () => {
    const base = point === "/" ? "" : point;
    await using engine = new Engine({ requestLog: false, logPath: temporaryDirectory() }).mount(point, await makeApp());
    const ask = (path: string, init?: RequestInit): Promise<Response> => engine.request(`${base}/links${path}`, init);
    expect(await (await ask("")).text()).toBe(`links of ${base}`);
    expect(await (await ask("/was")).json()).toMatchObject({ point: base, baseUrl: base, same: true });
    expect((await ask("", { method: "POST", body: "{}", headers: { "content-type": "application/json" } })).status).toBe(201);
    expect(await (await ask("/fail")).json()).toMatchObject({ statusCode: 500 });
    expect(await (await ask("/nowhere")).json()).toMatchObject({ statusCode: 404, message: `Cannot GET ${base}/links/nowhere` });
  });
}

test("a Nest app is initialised when it is mounted and destroyed with the engine", async () => {
  const app = await makeApp();
  events.length = 0;
  {
    await using engine = new Engine({ requestLog: false, logPath: temporaryDirectory() }).mount("/x", app);
    expect((await engine.request("/x/links")).status).toBe(200);
    expect(events).toEqual(["initialised"]);
  }
  expect(events).toEqual(["initialised", "destroyed"]);
});
