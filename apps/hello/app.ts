import skitai, { Saddle } from "skitai";

const app: Saddle = new Saddle(import.meta);
app.route("/", () => "Hello World");
export default app;

if (skitai.isMain(import.meta)) {
  skitai.mount("/", "static");
  skitai.mount("/", app);
  await skitai.run({ port: Number(process.env["PORT"] ?? 5000), workers: 2 });
}
