import { beforeAll, describe, test } from "vitest";
import type { AcquireOptions, ServiceName } from "./contract.ts";
import { servicesAreRequired } from "./environment.ts";
import { availability } from "./kinds.ts";
import { acquire, type Service } from "./services.ts";

/**
 * Tests that need a service. `body` gets it as an object whose fields can be read as soon as tests and hooks run, not before.
 * Where the service is missing, its tests are skipped with a line that says so, or fail when `SKITAI_REQUIRE_SERVICES` is 1.
 *
 * @example
 * describeWith("postgres", (pg) => {
 *   test("answers", async () => expect(await ask(pg.url)).toBe(1));
 * });
 */
export const describeWith = <Name extends ServiceName>(
  name: Name,
  body: (service: Service<Name>) => void,
  options: AcquireOptions = {},
): void => {
  const found = availability(name);
  const held: { service?: Service<Name> } = {};
  const service = new Proxy({} as Service<Name>, {
    get: (_, field) => {
      if (held.service === undefined)
        throw new Error(`${name}.${String(field)} is known as soon as tests run. Read it in a test or a hook.`);
      return Reflect.get(held.service, field) as unknown;
    },
  });
  if (found.available)
    return withService(
      name,
      options,
      (arrived) => (held.service = arrived),
      () => body(service),
    );
  if (servicesAreRequired()) return failing(name, found.reason);
  console.warn(`Skipped: ${found.reason}.`);
  describe.runIf(found.available)(`with ${name}, which is missing`, () => {
    body(service);
  });
};

const withService = <Name extends ServiceName>(
  name: Name,
  options: AcquireOptions,
  arrived: (service: Service<Name>) => void,
  body: () => void,
): void => {
  describe(`with ${name}`, () => {
    beforeAll(async () => {
      const service = await acquire(name, options);
      arrived(service);
      return service.stop;
    });
    body();
  });
};

const failing = (name: ServiceName, reason: string): void => {
  describe(`with ${name}`, () => {
    test("the service is there", () => {
      throw new Error(`${reason}.`);
    });
  });
};
