import { keeperVariable } from "./environment.ts";
import { startServices } from "./services.ts";

/** Keeps the services of one test run; each starts when the first test file asks for it. */
export default async (): Promise<() => Promise<void>> => {
  const services = await startServices();
  process.env[keeperVariable] = services.socketPath;
  return async () => await services[Symbol.asyncDispose]();
};
