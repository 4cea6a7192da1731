/** The TypeScript blocks of a README that are whole programs: those that listen on port 5000. */
export const programsOf = (markdown: string): string[] =>
  [...markdown.matchAll(/^```ts\b[^\n]*\n(.*?)^```/gms)].map((block) => block[1] ?? "").filter((text) => /\b5000\b/.test(text));
