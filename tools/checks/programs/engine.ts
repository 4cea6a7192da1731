import { Engine } from "@skitai/reactor";

const engine = new Engine({ name: "bare" });
engine.mount("/", "static");
engine.mount("/plain", (_req, res) => {
  res.end("a plain listener");
});
await engine.listen({ address: "127.0.0.1", port: 5000 });
