/** Text that is HTML or XML already. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

const escaped = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(escaped).join("");
  return value instanceof Markup ? value.text : String(value).replace(/[&<>"']/g, (character) => entities[character] ?? "");
};

/** HTML or XML with every value escaped that is not {@link Markup} itself. @example String(markup`<p>${"a < b"}</p>`) // <p>a &lt; b</p> */
export const markup = (strings: TemplateStringsArray, ...values: readonly unknown[]): Markup =>
  new Markup(strings.map((text, place) => (place === 0 ? text : escaped(values[place - 1]) + text)).join(""));
