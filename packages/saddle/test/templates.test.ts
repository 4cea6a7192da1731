import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { Saddle, type SaddleWas } from "../src/index.ts";
import { expandLines, resolveOverlay } from "../src/template/overlay.ts";
import { serve } from "./support/serve.ts";

/** An app with templates of its own, and what it makes of one of them. */
const site = (templates: Record<string, string>): { app: Saddle; write: (name: string, text: string) => void } => {
  const home = mkdtempSync(join(tmpdir(), "saddle-site-"));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const write = (name: string, text: string): void => {
    mkdirSync(join(home, "templates", name, ".."), { recursive: true });
    writeFileSync(join(home, "templates", name), text);
  };
  for (const [name, text] of Object.entries(templates)) write(name, text);
  writeFileSync(join(home, "secret.html"), "secret");
  return { app: new Saddle(home), write };
};

const render = async (app: Saddle, name: string, params?: Record<string, unknown>, query = ""): Promise<string> => {
  app.route("/x", (was) => {
    try {
      return was.render(name, params);
    } catch (error) {
      const { code, message } = error as { code: string; message: string };
      return `${code}: ${message}`;
    }
  });
  const { request } = await serve(app);
  return (await request(`/x${query}`)).text();
};

describe("a template", () => {
  test("prints its parameters escaped", async () => {
    const { app } = site({ "a.html": "{{ text }} {{ text | safe }}" });
    expect(await render(app, "a.html", { text: `<b a="1">'&` })).toBe(`&lt;b a=&quot;1&quot;&gt;&#39;&amp; <b a="1">'&`);
  });

  test("sees was and was.g wherever it is", async () => {
    const { app } = site({
      "page.html":
        '{% extends "layout.html" %}{% import "macros.html" as m %}{% block body %}{{ was.request.args.choice }} {{ was.g.user }} {{ m.link(3) }} {% include "part.html" %}{% endblock %}',
      "layout.html": "<{% block body %}{% endblock %}>",
      "macros.html": "{% macro link(id) %}{{ was.ab('item', id) }}{% endmacro %}",
      "part.html": "{{ was.request.method }}",
    });
    app.beforeRequest((was) => void (was.g["user"] = "hans"));
    app.route("/item/<int:id>", { name: "item" }, () => "");
    expect(await render(app, "page.html", {}, "?choice=2")).toBe("<2 hans /item/3 GET>");
  });

  test("knows the functions and filters of its app", async () => {
    const { app } = site({ "a.html": "{{ keys('-') }} {{ 'Hello' | reverse }} {{ late() }} {{ 1 | twice }}" });
    app.templateGlobal("keys", (was, separator: string) => Object.keys(was.request.args).join(separator));
    app.templateFilter("reverse", (text: string) => text.split("").toReversed().join(""));
    expect(app.jinjaEnv.getFilter("reverse")).toBeTypeOf("function");
    app.templateGlobal("late", () => "late");
    app.templateFilter("twice", (value: number) => value * 2);
    expect(await render(app, "a.html", {}, "?a&b")).toBe("a-b olleH late 2");
  });

  test("may render another one through a function", async () => {
    const { app } = site({ "outer.html": "[{{ inner() | safe }}|{{ was.request.uri }}]", "inner.html": "<{{ was.request.uri }}>" });
    app.templateGlobal("inner", (was) => was.render("inner.html"));
    expect(await render(app, "outer.html")).toBe("[</x>|/x]");
  });

  test("is found with a slash at its beginning, and in directories", async () => {
    expect(await render(site({ "deep/a.html": "deep" }).app, "/deep/a.html")).toBe("deep");
  });

  test.each([
    "../secret.html",
    "/../secret.html",
    "deep/../../secret.html",
    "..\\secret.html",
    "a\0.html",
    "",
    ".",
    "none.html",
    "constructor",
    "__proto__",
  ])("is not looked for outside its directory: %j", async (name) => {
    const { app } = site({ "a.html": "a", "inc.html": "{% include name %}" });
    expect(await render(app, name)).toMatch(/^SKITAI_SADDLE_TEMPLATE_NOT_FOUND: There is no template .* in \/.*\/templates\.$/s);
    const including = site({ "inc.html": "{% include name %}" }).app;
    expect(await render(including, "inc.html", { name })).toMatch(/^SKITAI_SADDLE_TEMPLATE_(NOT_FOUND|FAILED): /);
  });

  test("names its file and line where it fails", async () => {
    const { app } = site({ "bad.html": "one\ntwo {{ broken( }}\n" });
    expect(await render(app, "bad.html")).toMatch(
      /^SKITAI_SADDLE_TEMPLATE_FAILED: The template \/.*\/templates\/bad\.html failed at line 2: /,
    );
    const running = site({ "run.html": "one\ntwo\n{{ missing() }}" }).app;
    expect(await render(running, "run.html")).toMatch(/run\.html failed near line 3: .*missing/);
    const first = site({ "run.html": "{{ missing() }}" }).app;
    expect(await render(first, "run.html")).toMatch(/run\.html failed near line 1: /);
    const filter = site({ "a.html": "\n{{ 1 | nofilter }}" }).app;
    expect(await render(filter, "a.html")).toMatch(/a\.html failed near line \d: filter not found: nofilter/);
    const block = site({ "a.html": "\n\n{% if x %}" }).app;
    expect(await render(block, "a.html")).toMatch(/a\.html failed: .*endif/);
  });

  test("names the file that fails among those that it includes", async () => {
    const { app } = site({ "outer.html": "{% include 'inner.html' %}", "inner.html": "one\n{{ boom() }}" });
    app.templateGlobal("boom", () => {
      throw new TypeError("boom");
    });
    expect(await render(app, "outer.html")).toMatch(/inner\.html failed near line 2: boom$/);
  });

  test("is kept once it was read, but read anew with debug", async () => {
    const { app, write } = site({ "a.html": "1", "layout.html": "[{% block b %}{% endblock %}]", "b.html": '{% extends "layout.html" %}' });
    app.route("/", (was) => was.render("a.html") + was.render("b.html"));
    const { request } = await serve(app);
    expect(await (await request("/")).text()).toBe("1[]");
    write("a.html", "2");
    write("layout.html", "({% block b %}{% endblock %})");
    expect(await (await request("/")).text()).toBe("1[]");
    app.debug = true;
    expect(await (await request("/")).text()).toBe("2()");
  });

  test("without parameters sees what it can", async () => {
    expect(await render(site({ "a.html": "[{{ nothing }}]" }).app, "a.html")).toBe("[]");
  });
});

describe("other delimiters", () => {
  test("belong to one app alone", async () => {
    const templates = { "a.html": "{{ vue }} [[ jinja ]]<% if true %>yes<% endif %>" };
    const { app } = site(templates);
    app.jinjaOverlay({
      variableStartString: "[[",
      variableEndString: "]]",
      blockStartString: "<%",
      blockEndString: "%>",
      commentStartString: "<#",
      commentEndString: "#>",
    });
    expect(await render(app, "a.html", { jinja: 1, vue: 2 })).toBe("{{ vue }} 1yes");
    expect(await render(site(templates).app, "a.html", { jinja: 1, vue: 2 })).toBe("2 [[ jinja ]]<% if true %>yes<% endif %>");
  });

  test("come with statements and comments by line", async () => {
    const { app } = site({ "a.html": "%% a comment\n% for n in list:\n  - {{ n }}\n% endfor\n{{ 100 }}%\n" });
    app.jinjaOverlay();
    expect(await render(app, "a.html", { list: [1, 2] })).toContain("  - 1\n  - 2\n100%");
  });

  test("leave line numbers as they are", async () => {
    const { app } = site({ "a.html": "%% comment\n% set a = 1\n{{ boom() }}\n" });
    app.jinjaOverlay();
    expect(await render(app, "a.html")).toContain("failed near line 3");
  });

  test("can do without lines, trimming and escaping", async () => {
    const { app } = site({ "a.html": "% set a = 1\n  {% if true %}\n{{ b }}\n{% endif %}" });
    app.jinjaOverlay({ lineStatementPrefix: false, lineCommentPrefix: false, trimBlocks: false, lstripBlocks: false, autoescape: false });
    expect(await render(app, "a.html", { b: "<b>" })).toBe("% set a = 1\n  \n<b>\n");
  });

  test("cannot be chosen once templates are in use", () => {
    const { app } = site({});
    expect(app.jinjaEnv).toBe(app.jinjaEnv);
    expect(() => app.jinjaOverlay()).toThrow("jinjaOverlay cannot be");
  });

  test("do not take a block for a line statement", () => {
    const syntax = resolveOverlay({ blockStartString: "%(", blockEndString: ")%" });
    expect(expandLines("%( if x )%\n % if y\n%%( c", syntax)).toBe("%( if x )%\n%( if y )%\n{# #}");
  });
});

describe("another template language", () => {
  test("renders the files of its ending", async () => {
    const { app } = site({ "a.pt": "file of ", "b.html": "nunjucks" });
    app.templateGlobal("who", (was) => was.request.method);
    app.templateEngine(".PT", {
      render: (file, context) => {
        const { was, name, who } = context as { was: SaddleWas; name: string; who: () => string };
        return `${file.split("/").at(-1)} ${name} ${was.request.uri} ${who()}`;
      },
    });
    expect(await render(app, "a.pt", { name: "Hans" })).toBe("a.pt Hans /x GET");
    expect(await render(site({ "b.html": "nunjucks" }).app, "b.html")).toBe("nunjucks");
    const none = site({}).app;
    none.templateEngine(".pt", { render: () => "" });
    expect(await render(none, "../x.pt")).toContain("SKITAI_SADDLE_TEMPLATE_NOT_FOUND");
    expect(() => none.templateEngine("pt", { render: () => "" })).toThrow("The ending of templates cannot be");
  });
});

test("templates beside a file of the app are found by import.meta", async () => {
  const home = mkdtempSync(join(tmpdir(), "saddle-meta-"));
  onTestFinished(() => rmSync(home, { recursive: true }));
  cpSync(new URL("fixtures/site", import.meta.url), home, { recursive: true });
  writeFileSync(join(home, "app.ts"), "");
  expect(await render(new Saddle({ url: pathToFileURL(join(home, "app.ts")).href }), "hello.html", { name: "Hans" })).toBe("Hello Hans!\n");
});
