import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Environment, LoaderSource } from "nunjucks";
import { reasonOf } from "@skitai/reactor";
import { SaddleError } from "../errors.ts";
import type { SaddleWas } from "../was/types.ts";
import type { TemplateContext } from "./engine.ts";
import { expandLines, type ResolvedOverlay } from "./overlay.ts";
import { templateFile } from "./template-file.ts";

/** Finds templates in one directory. nunjucks keeps compiled ones in `cache`. */
interface Loader {
  cache: Record<string, unknown>;
  getSource(name: string): LoaderSource;
}

/** The nunjucks language over one directory. The library is loaded when the first template is. */
export class NunjucksEngine {
  /** For filters, globals and extensions of your own. */
  readonly environment: Environment;
  readonly #loader: Loader;
  #was: SaddleWas | undefined;

  /** @param directory where templates are; asked for each time, since an app may be told it late. */
  constructor(directory: string, syntax: ResolvedOverlay) {
    const { Environment: NunjucksEnvironment } = createRequire(import.meta.url)("nunjucks") as typeof import("nunjucks");
    const getSource = (name: string): LoaderSource => {
      const path = templateFile(directory, name);
      return { src: expandLines(readFileSync(path, "utf8"), syntax), path, noCache: false };
    };
    this.#loader = { cache: {}, getSource };
    const options = {
      autoescape: syntax.autoescape,
      trimBlocks: syntax.trimBlocks,
      lstripBlocks: syntax.lstripBlocks,
      // Errors keep what caused them.
      dev: true,
      tags: {
        variableStart: syntax.variableStartString,
        variableEnd: syntax.variableEndString,
        blockStart: syntax.blockStartString,
        blockEnd: syntax.blockEndString,
        commentStart: syntax.commentStartString,
        commentEnd: syntax.commentEndString,
      },
    };
    this.environment = new NunjucksEnvironment(this.#loader, options);
    this.forget();
    // A macro that is imported sees globals only, and `was` should be within its reach too.
    const globals = Reflect.get(this.environment, "globals") as object;
    Object.defineProperty(globals, "was", { get: () => this.#was, enumerable: true, configurable: true });
  }

  /** The `was` of the rendering under way. Rendering does not wait for anything, so there is one at a time. */
  get was(): SaddleWas | undefined {
    return this.#was;
  }

  /** Drops compiled templates, so that changed files are read. */
  forget(): void {
    // A template may be named like a member of every object.
    this.#loader.cache = Object.create(null) as Record<string, unknown>;
  }

  /** @throws SKITAI_SADDLE_TEMPLATE_NOT_FOUND, SKITAI_SADDLE_TEMPLATE_FAILED */
  render(was: SaddleWas, name: string, context: TemplateContext): string {
    const outer = this.#was;
    this.#was = was;
    try {
      return this.environment.render(name, context);
    } catch (error) {
      throw failure(error, name);
    } finally {
      this.#was = outer;
    }
  }
}

/** What nunjucks throws, by what it puts together in words only. */
interface TemplateError extends Error {
  readonly lineno?: number;
}

const failure = (error: unknown, name: string): SaddleError => {
  if (error instanceof SaddleError) return error;
  const { message, lineno, cause } = error as TemplateError;
  // An error under way to its message passes an error of this package through.
  if (cause instanceof SaddleError && cause.code === "SKITAI_SADDLE_TEMPLATE_NOT_FOUND" && lineno === undefined) return cause;
  const place = [...message.matchAll(/^\s*\(([^\n]*?)\)(?: \[Line (\d+)(?:, Column \d+)?\])?$/gm)].at(-1);
  const reason = cause === undefined ? message.split("\n").at(-1)!.trim() : reasonOf(cause);
  return new SaddleError(
    "SKITAI_SADDLE_TEMPLATE_FAILED",
    { file: place?.[1] ?? name, where: whereOf(error as TemplateError), reason },
    { cause: cause ?? error },
  );
};

/**
 * A template that could not be parsed knows its line, counted from 1, unless it is the end that is missing; one that failed while it ran knows,
 * from 0, the line of the last call.
 */
const whereOf = ({ lineno, cause }: TemplateError): string => {
  if (cause !== undefined) return ` near line ${(lineno ?? 0) + 1}`;
  return lineno === undefined ? "" : ` at line ${lineno}`;
};
