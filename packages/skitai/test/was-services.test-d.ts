import { Saddle, was, type SaddleWas, type Wac } from "skitai";

declare module "@skitai/reactor" {
  interface WasServices {
    searcher: { query(text: string): string[] };
  }
}

// What a plugin or `wac.register` adds is typed by merging, for the imported `was` and for Saddle's.
export const imported: string[] = was.searcher.query("ipad");
export const given = (own: SaddleWas): string[] => own.searcher.query("ipad");
new Saddle().route("/", (own) => own.searcher.query("ipad"));

export const engineWide = (wac: Wac): string[] => wac.searcher.query("ipad");
new Saddle().beforeMount((wac) => wac.searcher.query("ipad"));

// @ts-expect-error -- nobody added it
export const unknown: unknown = was.nobody;
