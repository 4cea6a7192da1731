import { Saddle } from "@skitai/saddle";
import fastify from "fastify";

const app = new Saddle(import.meta);
app.route("/", () => "Hello World");
app.route("/double/<int:n>", (was, { n }) => ({ double: 2 * n }));
app.route("/echo", { methods: ["POST"] }, (was) => was.request.args);
const listener = app.listener();

const server = fastify();
server.get("/own", () => "Fastify answers");
server.register((scope, options, done) => {
  // The body is left on the wire: Saddle reads it by itself.
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", (request, payload, parsed) => parsed(null));
  scope.all("/*", (request, reply) => {
    reply.hijack();
    listener(request.raw, reply.raw);
  });
  done();
});
await server.listen({ port: 5000, host: "127.0.0.1" });
