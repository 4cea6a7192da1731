import skitai, { Saddle } from "skitai";

/** Stands alone: its start is measured. */
const app = new Saddle(import.meta);
app.route("/", () => "Hello World");
skitai.mount("/", app);
await skitai.run({ port: Number(process.env["BENCH_PORT"]), workers: Number(process.env["BENCH_WORKERS"]) });
