import Fastify from "fastify";

/** Stands alone: its start is measured. */
const app = Fastify();
app.get("/", (_request, reply) => reply.type("text/plain").send("Hello World"));
await app.listen({ host: "127.0.0.1", port: Number(process.env["BENCH_PORT"]) });
