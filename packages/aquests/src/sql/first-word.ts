/** The word that a statement begins with, in capitals, behind blanks, comments and brackets. */
export const firstWord = (text: string): string => {
  for (let at = 0; at < text.length;) {
    const pair = text.slice(at, at + 2);
    if (pair === "--") at = endOf(text, "\n", at);
    else if (pair === "/*") at = endOf(text, "*/", at);
    else if (/[\s(;]/.test(text[at]!)) at++;
    else {
      words.lastIndex = at;
      return words.exec(text)?.[0].toUpperCase() ?? "";
    }
  }
  return "";
};

const words = /\w+/y;

const endOf = (text: string, closing: string, from: number): number => {
  const at = text.indexOf(closing, from + 2);
  return at < 0 ? text.length : at + closing.length;
};
