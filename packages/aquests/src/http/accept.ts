/**
 * Whether a content type is among those that an `Accept` header asks for (RFC 9110, section 12.5.1). JSON and XML of a more special type
 * (`application/problem+json`) are what was asked for by the general one.
 *
 * @example accepts("application/json", "application/problem+json; charset=utf-8") // true
 */
export const accepts = (accept: string, contentType: string): boolean => {
  const given = essence(contentType);
  if (given === "") return true;
  return accept.split(",").some((range) => {
    const [name = "", ...params] = range.split(";");
    const asked = essence(name);
    if (params.some((param) => /^\s*q=0(?:\.0*)?\s*$/i.test(param))) return false;
    return asked === "*/*" || asked === given || (asked.endsWith("/*") && given.startsWith(asked.slice(0, -1))) || sameSyntax(asked, given);
  });
};

const essence = (type: string): string => type.split(";", 1)[0]!.trim().toLowerCase();

const sameSyntax = (asked: string, given: string): boolean => {
  const syntax = syntaxOf(asked);
  return syntax !== undefined && (/^(?:application|text)\/(?:json|xml)$/.test(asked) ? syntaxOf(given) === syntax : false);
};

const syntaxOf = (type: string): string | undefined => /[/+](json|xml)$/.exec(type)?.[1];
