import skitai, { Saddle } from "skitai";

const app = new Saddle(import.meta);
app.route("/", () => "Hello World");
export default app;

if (skitai.isMain(import.meta)) {
  skitai.mount("/", "static");
  skitai.mount("/", app);
  await skitai.run({ port: 5000, workers: 2 });
}
