/** What a template sees: the parameters of `render`, `was`, and the functions of {@link Saddle.templateGlobal}. */
export type TemplateContext = Readonly<Record<string, unknown>>;

/** A template language, for files of one ending. */
export interface TemplateEngine {
  /**
   * Renders a file.
   *
   * @param file an absolute path below the app's directory `templates`.
   */
  render(file: string, context: TemplateContext): string;
}
