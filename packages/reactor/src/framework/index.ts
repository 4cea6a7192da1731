// Small parts that a web framework on this engine would otherwise write again
export { bodyTooLarge } from "../request/body-rules.ts";
export { dropHeader, headerOf, indexOfHeader } from "../response/headers.ts";
export { escapeHtml } from "../response/escape-html.ts";
export { isThenable } from "../internal/thenable.ts";
