import { z } from "zod";
import { Saddle, requestFailed, templateRendering, type HandlerArgs, type PathArgs, type SaddleWas } from "../src/index.ts";

/** Compiles only where both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : never;
const same = <T extends true>(): T | undefined => undefined;

const app = new Saddle();

// Path parameters have the types of their rule.
app.route("/e/<int:id>/<path:rest>", (was, { id, rest }) => {
  same<Same<typeof was, SaddleWas>>();
  same<Same<typeof id, number>>();
  same<Same<typeof rest, string>>();
  return rest.slice(id);
});
app.route("/<name>/<float:x>/<path>", (_was, { name, x, path }) => name.length + x.toFixed().length + path.length);
same<Same<PathArgs<"/u/<name>.json">, { readonly name: string }>>();
same<Same<PathArgs<"/<int:a>/<b>">, { readonly a: number; readonly b: string }>>();

// A name that the rule does not have is a mistake.
// @ts-expect-error: the rule has no `title`
app.route("/e/<int:id>", (_was, { title }) => title);
// @ts-expect-error: an int is no string
app.route("/e/<int:id>", (_was, { id }) => id.toUpperCase());
// @ts-expect-error: a string is no number
app.route("/e/<name>", (_was, { name }) => name.toFixed());
// @ts-expect-error: the arguments are read only
app.route("/e/<int:id>", (_was, args) => (args.id = 1));

// A type that rules do not know is a mistake.
// @ts-expect-error: there is no `integer`
app.route("/e/<integer:id>", () => "");
// @ts-expect-error: behind a known one neither
app.route("/e/<int:id>/<uuid:key>", { methods: ["GET"] }, () => "");
app.route("/e/<string:name>/<float:x>/<path:rest>.txt", (_was, { name, x, rest }) => name + x.toFixed() + rest);

// Without parameters there is whatever the client sent.
app.route("/form", (_was, { userid }) => {
  same<Same<typeof userid, unknown>>();
  return String(userid);
});

// Declared parameters have their types, too.
app.route(
  "/p/<int:id>/<name>",
  { params: { q: "string", n: "int?", f: "float", b: "bool", j: "json", page: 1, sort: "date", desc: false, tags: [], name: "int" } },
  (_was, { id, name, q, n, f, b, j, page, sort, desc, tags }) => {
    same<Same<typeof id, number>>();
    same<Same<typeof name, number>>();
    same<Same<typeof q, string>>();
    same<Same<typeof n, number | undefined>>();
    same<Same<typeof f, number>>();
    same<Same<typeof b, boolean>>();
    same<Same<typeof j, unknown>>();
    same<Same<typeof page, number>>();
    same<Same<typeof sort, string>>();
    same<Same<typeof desc, boolean>>();
    same<Same<typeof tags, unknown[]>>();
    return null;
  },
);
app.route("/add", { params: { num1: "int", num2: "int" } }, (_was, { num1, num2 }) => ({ sum: num1 + num2 }));
// @ts-expect-error: nobody declared `num3`
app.route("/add", { params: { num1: "int" } }, (_was, { num3 }) => num3);
// @ts-expect-error: an optional one may be missing
app.route("/add", { params: { num1: "int?" } }, (_was, { num1 }) => num1.toFixed());

// A schema gives its output.
const schema = z.object({ topic: z.string(), at: z.coerce.date() });
app.route("/s/<int:id>", { args: schema, methods: ["POST"] }, (_was, { id, topic, at }) => {
  same<Same<typeof id, number>>();
  same<Same<typeof topic, string>>();
  same<Same<typeof at, Date>>();
  return at.getTime();
});
// @ts-expect-error: the schema has no `title`
app.route("/s", { args: schema }, (_was, { title }) => title);

// A rule that is not known while compiling promises nothing.
const rule: string = app.home;
app.route(rule, (_was, { anything }) => String(anything));
same<Same<HandlerArgs<string, { params: { a: "int" } }>, { readonly a: number }>>();

// Options are those that exist.
// @ts-expect-error: a mistyped option
app.route("/x", { method: ["GET"] }, () => "");
// @ts-expect-error: a wrong value
app.route("/x", { methods: "GET" }, () => "");
// @ts-expect-error: a wrong value
app.route("/x", { body: "collected" }, () => "");
app.route(
  "/x",
  { preworks: (was) => was.request.uri, postworks: [(was) => was.g["x"]], ifFileModified: ["/f", (_was, path) => path, "5s"] },
  () => "",
);

// A handler answers with something.
// @ts-expect-error: nothing is no answer
app.route("/x", () => {});
// @ts-expect-error: undefined is no answer
app.route("/x", () => undefined);
// @ts-expect-error: nor is a symbol
app.route("/x", () => Symbol("x"));
app.route("/x", async (was) => await Promise.resolve(was.response("404 Not Found")));
app.route("/x", (was) => was.response.throw(404));

// The handler stays what it was.
const handler = app.route("/x/<int:id>", function named(_was: SaddleWas, { id }: { id: number }) {
  return id;
});
same<Same<ReturnType<typeof handler>, number>>();
// @ts-expect-error: a handler that wants what the rule does not give
app.route("/x/<name>", (_was: SaddleWas, { id }: { id: number }) => id);

// Events have their arguments.
app.on(requestFailed, (was, error) => {
  same<Same<typeof error, unknown>>();
  same<Same<typeof was, SaddleWas>>();
});
app.on(templateRendering, (_was, template) => template.length);
app.on("user-updated", (was, id: number) => was.request.uri + id.toFixed());

// The app's own configuration is free, and its limits are typed.
app.config["pageSize"] = 20;
app.config.maxPostBodySize = "5mb";
// @ts-expect-error: no size
app.config.maxPostBodySize = "five";
