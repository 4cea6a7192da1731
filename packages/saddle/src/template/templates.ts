import { extname, join } from "node:path";
import type { Environment } from "nunjucks";
import { SaddleError } from "../errors.ts";
import { badOption } from "../internal/checks.ts";
import type { SaddleWas } from "../was/types.ts";
import type { TemplateEngine } from "./engine.ts";
import { NunjucksEngine } from "./nunjucks.ts";
import { plainSyntax, resolveOverlay, type JinjaOverlay, type ResolvedOverlay } from "./overlay.ts";
import { templateFile } from "./template-file.ts";

/** A function for templates; they call it without `was`. */
export type TemplateFunction = (was: SaddleWas, ...args: never[]) => unknown;

/** The templates of one app. */
export class Templates {
  readonly #directory: string;
  readonly #engines = new Map<string, TemplateEngine>();
  readonly #globals = new Map<string, TemplateFunction>();
  readonly #filters = new Map<string, (...args: never[]) => unknown>();
  #syntax: ResolvedOverlay = plainSyntax;
  #nunjucks: NunjucksEngine | undefined;

  /** @param home the app's directory. */
  constructor(home: string) {
    this.#directory = join(home, "templates");
  }

  get environment(): Environment {
    return this.#engine().environment;
  }

  /** @throws SKITAI_SADDLE_BAD_OPTION when a template was rendered, or the environment was used, with the old syntax. */
  overlay(overlay: JinjaOverlay): void {
    if (this.#nunjucks)
      throw new SaddleError("SKITAI_SADDLE_BAD_OPTION", {
        what: "jinjaOverlay",
        value: "called late",
        hint: "Call it before app.jinjaEnv and before the first render.",
      });
    this.#syntax = resolveOverlay(overlay);
  }

  engine(ending: string, engine: TemplateEngine): void {
    if (typeof ending !== "string" || !/^\.[\w-]+$/.test(ending))
      throw badOption("The ending of templates", ending, 'Use one such as ".pt".');
    if (typeof (engine as Partial<TemplateEngine> | undefined)?.render !== "function")
      throw badOption("The engine of app.templateEngine", engine, "Use an object with a method render.");
    this.#engines.set(ending.toLowerCase(), engine);
  }

  global(name: string, call: TemplateFunction): void {
    this.#globals.set(name, call);
    if (this.#nunjucks) this.#addGlobal(this.#nunjucks, name, call);
  }

  filter(name: string, call: (...args: never[]) => unknown): void {
    this.#filters.set(name, call);
    this.#nunjucks?.environment.addFilter(name, call as (...args: unknown[]) => unknown);
  }

  /**
   * Renders a template by its name below the directory; a slash at its beginning means nothing.
   *
   * @param fresh read the files again.
   */
  render(was: SaddleWas, name: string, params: Readonly<Record<string, unknown>>, fresh: boolean): string {
    const relative = name.replace(/^\/+/, "");
    const engine = this.#engines.get(extname(relative).toLowerCase());
    if (engine) return engine.render(templateFile(this.#directory, relative), { ...this.#bound(was), ...params, was });
    const nunjucks = this.#engine();
    if (fresh) nunjucks.forget();
    return nunjucks.render(was, relative, params);
  }

  #bound(was: SaddleWas): Record<string, unknown> {
    return Object.fromEntries([...this.#globals].map(([name, call]) => [name, (...args: never[]) => call(was, ...args)]));
  }

  #engine(): NunjucksEngine {
    if (this.#nunjucks) return this.#nunjucks;
    const engine = new NunjucksEngine(this.#directory, this.#syntax);
    for (const [name, call] of this.#globals) this.#addGlobal(engine, name, call);
    for (const [name, call] of this.#filters) engine.environment.addFilter(name, call as (...args: unknown[]) => unknown);
    return (this.#nunjucks = engine);
  }

  #addGlobal(engine: NunjucksEngine, name: string, call: TemplateFunction): void {
    engine.environment.addGlobal(name, (...args: never[]) => call(engine.was!, ...args));
  }
}
