import { Saddle } from "@skitai/saddle";
import { helloJson, helloText } from "./contract.ts";

/** The hello app, as anybody would write it. */
export const helloApp = (): Saddle => {
  const app = new Saddle(import.meta);
  app.route("/text", () => helloText);
  app.route("/json", () => helloJson);
  return app;
};
