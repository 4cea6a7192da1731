/** A link as somebody wrote it into the form. */
export interface Submission {
  readonly url: string;
  readonly title: string;
  readonly note: string;
}

/** What is wrong with a submission, field by field; empty when nothing is. */
export type Problems = Partial<Record<keyof Submission, string>>;

/** The longest texts, in characters. */
export const longest = { url: 2000, title: 120, note: 500 } as const;

const shortestTitle = 3;

/**
 * Tidies the fields of a submission and says what is wrong with them.
 *
 * @example checkSubmission({ url: "javascript:alert(1)", title: "Hi!" }).problems // { url: "Only http:// and https:// links ..." }
 */
export const checkSubmission = (fields: Readonly<Record<string, unknown>>): { submission: Submission; problems: Problems } => {
  const submission = { url: line(fields["url"]), title: line(fields["title"]), note: line(fields["note"]) };
  const problems: Problems = {};
  const url = problemOfUrl(submission.url);
  if (url !== undefined) problems.url = url;
  else submission.url = new URL(submission.url).href;
  if (submission.title.length < shortestTitle) problems.title = `Give the link a title of at least ${shortestTitle} characters.`;
  else if (submission.title.length > longest.title) problems.title = tooLong("title", longest.title);
  if (submission.note.length > longest.note) problems.note = tooLong("note", longest.note);
  return { submission, problems };
};

// A link is shown on pages of this site: any scheme but these two could run script there, and a name in front of the host could pass for another site.
const problemOfUrl = (text: string): string | undefined => {
  if (text === "") return "Paste the address of the page.";
  if (text.length > longest.url) return tooLong("address", longest.url);
  const url = URL.parse(text);
  if (url === null) return "This is not an address. It should look like https://example.com/page.";
  if (url.protocol !== "http:" && url.protocol !== "https:") return "Only http:// and https:// links can be shared.";
  if (url.username !== "" || url.password !== "") return "Leave the user name and password out of the address.";
  return undefined;
};

const tooLong = (what: string, most: number): string => `The ${what} can have at most ${most} characters.`;

// Control characters and the marks that turn the direction of text could make a line look like something else.
const line = (value: unknown): string =>
  typeof value === "string"
    ? value
        .replace(/[\p{Cc}\u202A-\u202E\u2066-\u2069]+/gu, " ")
        .replace(/\s+/g, " ")
        .trim()
    : "";
