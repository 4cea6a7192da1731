// Saddle below a path of a Fastify 5 server.
import fastify from "fastify";
import { app } from "./app.ts";

const server = fastify();
const saddle = app.listener();

server.get("/", () => "Hello from Fastify");
server.register(
  (scope, _options, done) => {
    // Saddle reads bodies by itself, so Fastify leaves them where they are.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, _payload, parsed) => parsed(null));
    scope.all("/*", (request, reply) => {
      reply.hijack();
      const { raw } = request;
      raw.url = raw.url?.slice(scope.prefix.length) || "/";
      saddle(Object.assign(raw, { baseUrl: scope.prefix }), reply.raw);
    });
    done();
  },
  { prefix: "/saddle" },
);
await server.listen({ port: Number(process.env["PORT"] ?? 5000), host: "127.0.0.1" });
