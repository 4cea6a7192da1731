import { describe, expect, test } from "vitest";
import { dateAt, Scene, type Headers, type Outcome, type Question, type Reply } from "./support/cache-exchange.ts";

/**
 * What came of the last request of a case: the stored content was used unasked (`reused`) or after the origin confirmed it (`confirmed`); the origin
 * was asked and sent content (`fetched`); nobody could answer (`refused`).
 */
type Result = "reused" | "confirmed" | "fetched" | "refused";

interface Case {
  readonly rule: string;
  /** In which cache. @default both */
  readonly in?: "shared" | "private";
  /** The first request. */
  readonly first?: Question;
  /** The answer to it: its headers, or all of it. `Date` is second 0 unless it says otherwise. */
  readonly answer?: Headers;
  readonly status?: number;
  /** Seconds until the second request. */
  readonly after?: number;
  readonly second?: Question;
  /** What the origin answers then. @default 304 where it is asked whether something holds, 200 otherwise */
  readonly later?: Reply;
  readonly result: Result;
  /** Headers of the answer to the second request; null for one that must not be there. */
  readonly has?: Readonly<Record<string, string | null>>;
  readonly answered?: number;
}

const etag = { ETag: '"1"' };
const minute = { "Cache-Control": "max-age=60" };
const modified = { "Last-Modified": dateAt(-1000) };
const asksFor = (directive: string): Question => ({ headers: { "cache-control": directive } });

// One case on one line, however long: it is a table.
// prettier-ignore
const sections: Readonly<Record<string, readonly Case[]>> = {
  "3 storing responses": [
    { rule: "a response with a lifetime is stored", answer: minute, result: "reused" },
    { rule: "a response to POST is not, even with a lifetime", first: { method: "POST" }, answer: minute, result: "fetched" },
    { rule: "a response to HEAD is not", first: { method: "HEAD" }, answer: minute, result: "fetched" },
    { rule: "a response to OPTIONS is not", first: { method: "OPTIONS" }, answer: minute, result: "fetched" },
    { rule: "a method is compared by case", first: { method: "get" }, answer: minute, result: "fetched" },
    { rule: "an error with a lifetime is stored", status: 500, answer: minute, result: "reused" },
    { rule: "404 with a lifetime is stored", status: 404, answer: minute, result: "reused" },
    { rule: "a redirection with a lifetime is stored", status: 302, answer: { ...minute, Location: "/x" }, result: "reused" },
    { rule: "an unknown status with a lifetime is stored", status: 299, answer: minute, result: "reused" },
    { rule: "206 is not stored", status: 206, answer: { ...minute, "Content-Range": "bytes 0-7/9" }, result: "fetched" },
    { rule: "a 304 to a condition of the client is not stored", first: { headers: { "if-none-match": '"9"' } }, status: 304, answer: minute, result: "fetched" },
    { rule: "no-store is not stored", answer: { "Cache-Control": "no-store, max-age=60" }, result: "fetched" },
    { rule: "no-store in capitals is not stored", answer: { "Cache-Control": "No-Store, max-age=60" }, result: "fetched" },
    { rule: "no-store in another line is not stored", answer: { "Cache-Control": ["max-age=60", "no-store"] }, result: "fetched" },
    { rule: "a response to a request with no-store is not stored", first: asksFor("no-store"), answer: minute, result: "fetched" },
    { rule: "private is stored", in: "private", answer: { "Cache-Control": "private, max-age=60" }, result: "reused" },
    { rule: "private is not stored", in: "shared", answer: { "Cache-Control": "private, max-age=60" }, result: "fetched" },
    { rule: "s-maxage alone is a lifetime", in: "shared", answer: { "Cache-Control": "s-maxage=60" }, result: "reused" },
    { rule: "s-maxage alone is none", in: "private", answer: { "Cache-Control": "s-maxage=60" }, result: "fetched" },
    { rule: "Expires alone is a lifetime", answer: { Expires: dateAt(60) }, result: "reused" },
    { rule: "without a lifetime or a validator nothing is stored", answer: {}, result: "fetched" },
    { rule: "a validator alone is a reason to store", answer: etag, result: "confirmed" },
    { rule: "a redirection with a validator alone is not stored", status: 302, answer: etag, result: "fetched" },
    { rule: "nor is one that is public without use for it", status: 302, answer: { "Cache-Control": "public" }, result: "fetched" },
    { rule: "public with a validator is stored whatever the status", status: 302, answer: { ...etag, "Cache-Control": "public" }, result: "confirmed" },
    { rule: "an unknown directive changes nothing", answer: { "Cache-Control": "max-age=60, community=UCI, x" }, result: "reused" },
    { rule: "a response with Set-Cookie is stored, the cookie is not", in: "private", answer: { ...minute, "Set-Cookie": "a=1" }, result: "reused", has: { "set-cookie": null } },
    { rule: "a response with Set-Cookie is not stored", in: "shared", answer: { ...minute, "Set-Cookie": "a=1" }, result: "fetched" },
    { rule: "one that is public is stored without the cookie", in: "shared", answer: { "Cache-Control": "public, max-age=60", "Set-Cookie": "a=1" }, result: "reused", has: { "set-cookie": null } },
  ],

  "3.1 storing header fields": [
    { rule: "all fields are kept, unknown ones too", answer: { ...minute, "X-Any": "1", "Content-Language": "de" }, result: "reused", has: { "x-any": "1", "content-language": "de" } },
    { rule: "lines of one name are kept", answer: { ...minute, Link: ["<a>", "<b>"] }, result: "reused", has: { link: "<a>, <b>" } },
    { rule: "fields of the connection are not", answer: { ...minute, Connection: "close, X-Hop", "Keep-Alive": "timeout=5", "X-Hop": "1", "Transfer-Encoding": "chunked", Upgrade: "h2c", TE: "trailers" }, result: "reused", has: { connection: null, "keep-alive": null, "x-hop": null, "transfer-encoding": null, upgrade: null, te: null } },
    { rule: "fields of proxy authentication are not", answer: { ...minute, "Proxy-Authenticate": "Basic", "Proxy-Authentication-Info": "x" }, result: "reused", has: { "proxy-authenticate": null, "proxy-authentication-info": null } },
    { rule: "fields named by private are not", in: "shared", answer: { "Cache-Control": 'max-age=60, private="X-User, X-Mail"', "X-User": "1", "X-Mail": "2", "X-All": "3" }, result: "reused", has: { "x-user": null, "x-mail": null, "x-all": "3" } },
    { rule: "fields named by private are kept", in: "private", answer: { "Cache-Control": 'max-age=60, private="X-User"', "X-User": "1" }, result: "reused", has: { "x-user": "1" } },
    { rule: "private with an empty list is private", in: "shared", answer: { "Cache-Control": 'max-age=60, private=""' }, result: "fetched" },
    { rule: "a response without a date gets one", answer: { ...minute, Date: [] }, result: "reused", has: { date: dateAt(0) } },
  ],

  "3.2 updating stored header fields": [
    { rule: "a 304 replaces what it brings", answer: { ...etag, "X-A": "1", "X-B": "1" }, later: { status: 304, headers: { ...etag, "X-A": "2", "X-C": "2" } }, result: "confirmed", has: { "x-a": "2", "x-b": "1", "x-c": "2" } },
    { rule: "a 304 does not change what describes the body", answer: { ...etag, "Content-Length": "8", "Content-Encoding": "identity" }, later: { status: 304, headers: { ...etag, "Content-Length": "0", "Content-Encoding": "gzip" } }, result: "confirmed", has: { "content-length": "8", "content-encoding": "identity" } },
    { rule: "a 304 brings no fields of the connection", answer: etag, later: { status: 304, headers: { ...etag, Connection: "X-Hop", "X-Hop": "1" } }, result: "confirmed", has: { connection: null, "x-hop": null } },
    { rule: "cookies of a 304 reach the one who asked", answer: { "Cache-Control": "private", ...etag }, in: "private", later: { status: 304, headers: { "Set-Cookie": "a=2" } }, result: "confirmed", has: { "set-cookie": "a=2" } },
    { rule: "the date of the answer is that of the 304", answer: etag, after: 30, later: { status: 304, headers: { Date: dateAt(30) } }, result: "confirmed", has: { date: dateAt(30), age: "0" } },
  ],

  "3.5 storing responses to authenticated requests": [
    { rule: "such a response is not stored", in: "shared", first: { headers: { authorization: "x" } }, answer: minute, second: { headers: { authorization: "x" } }, result: "fetched" },
    { rule: "it is with public", in: "shared", first: { headers: { authorization: "x" } }, answer: { "Cache-Control": "public, max-age=60" }, result: "reused" },
    { rule: "it is with s-maxage", in: "shared", first: { headers: { authorization: "x" } }, answer: { "Cache-Control": "s-maxage=60" }, result: "reused" },
    { rule: "it is with must-revalidate", in: "shared", first: { headers: { authorization: "x" } }, answer: { "Cache-Control": "max-age=60, must-revalidate" }, result: "reused" },
    { rule: "it is not with private beside", in: "shared", first: { headers: { authorization: "x" } }, answer: { "Cache-Control": "private, s-maxage=60" }, result: "fetched" },
    { rule: "a response to anybody is not for the authenticated", in: "shared", answer: minute, second: { headers: { authorization: "x" } }, result: "fetched" },
    { rule: "one that is public is", in: "shared", answer: { "Cache-Control": "public, max-age=60" }, second: { headers: { authorization: "x" } }, result: "reused" },
    { rule: "a response is stored for the same user", in: "private", first: { headers: { authorization: "x" } }, answer: minute, second: { headers: { authorization: "x" } }, result: "reused" },
    { rule: "a response is not for another user", in: "private", first: { headers: { authorization: "x" } }, answer: minute, second: { headers: { authorization: "y" } }, result: "fetched" },
    { rule: "a response is not for nobody", in: "private", first: { headers: { authorization: "x" } }, answer: minute, result: "fetched" },
    { rule: "a cookie needs public", in: "shared", first: { headers: { cookie: "sid=1" } }, answer: { "Cache-Control": "s-maxage=60" }, result: "fetched" },
    { rule: "a cookie with public is stored", in: "shared", first: { headers: { cookie: "sid=1" } }, answer: { "Cache-Control": "public, max-age=60" }, result: "reused" },
    { rule: "a response to anybody is not for those with a cookie", in: "shared", answer: minute, second: { headers: { cookie: "sid=1" } }, result: "fetched" },
    { rule: "a response is for the same cookie alone", in: "private", first: { headers: { cookie: "sid=1" } }, answer: minute, second: { headers: { cookie: "sid=2" } }, result: "fetched" },
    { rule: "credentials in the URL are credentials", first: { url: "http://u:p@site/page" }, answer: minute, result: "fetched" },
    { rule: "so are those that the caller knows of", first: { private: true }, answer: minute, result: "fetched" },
    { rule: "what is public is stored all the same", first: { private: true }, answer: { "Cache-Control": "public, max-age=60" }, result: "reused" },
    { rule: "what is not is not taken", answer: minute, second: { private: true }, result: "fetched" },
  ],

  "4 constructing responses": [
    { rule: "the query is part of the key", answer: minute, second: { url: "http://site/page?a=1" }, result: "fetched" },
    { rule: "the host is part of the key", answer: minute, second: { url: "http://other/page" }, result: "fetched" },
    { rule: "the scheme is part of the key", answer: minute, second: { url: "https://site/page" }, result: "fetched" },
    { rule: "the port is part of the key", answer: minute, second: { url: "http://site:81/page" }, result: "fetched" },
    { rule: "the default port is not", answer: minute, second: { url: "http://SITE:80/page" }, result: "reused" },
    { rule: "the fragment is not", answer: minute, second: { url: "http://site/page#there" }, result: "reused" },
    { rule: "a path is compared by case", answer: minute, second: { url: "http://site/Page" }, result: "fetched" },
    { rule: "an Age field is added", answer: minute, after: 7, result: "reused", has: { age: "7" } },
    { rule: "a HEAD is answered from what a GET stored", answer: { ...minute, "Content-Length": "8" }, second: { method: "HEAD" }, result: "reused", has: { "content-length": "8" } },
    { rule: "an unsafe method is not", answer: minute, second: { method: "POST" }, result: "fetched" },
    { rule: "an unknown method is not", answer: minute, second: { method: "REFRESH" }, result: "fetched" },
    { rule: "If-Match is for the origin", answer: { ...minute, ...etag }, second: { headers: { "if-match": '"1"' } }, result: "fetched" },
    { rule: "so is If-Unmodified-Since", answer: { ...minute, ...modified }, second: { headers: { "if-unmodified-since": dateAt(0) } }, result: "fetched" },
    { rule: "so is a request with a body", answer: minute, second: { headers: { "content-length": "5" } }, result: "fetched" },
    { rule: "or with one of unknown length", answer: minute, second: { headers: { "transfer-encoding": "chunked" } }, result: "fetched" },
    { rule: "the answer to one is not stored", first: { headers: { "content-length": "5" } }, answer: minute, result: "fetched" },
    { rule: "a body of no bytes is none", answer: minute, second: { headers: { "content-length": "0" } }, result: "reused" },
  ],

  "4.1 Vary": [
    { rule: "an equal field selects", first: { headers: { accept: "a/b" } }, answer: { ...minute, Vary: "Accept" }, second: { headers: { accept: "a/b" } }, result: "reused" },
    { rule: "another value does not", first: { headers: { accept: "a/b" } }, answer: { ...minute, Vary: "Accept" }, second: { headers: { accept: "a/c" } }, result: "fetched" },
    { rule: "absence is a value", first: { headers: { accept: "a/b" } }, answer: { ...minute, Vary: "Accept" }, result: "fetched" },
    { rule: "absence equals absence", answer: { ...minute, Vary: "Accept" }, result: "reused" },
    { rule: "absence is not emptiness", answer: { ...minute, Vary: "Accept" }, second: { headers: { accept: "" } }, result: "fetched" },
    { rule: "blanks around members do not count", first: { headers: { accept: "a/b,c/d" } }, answer: { ...minute, Vary: "Accept" }, second: { headers: { accept: " a/b , c/d" } }, result: "reused" },
    { rule: "lines count as one list", first: { headers: { accept: "a/b, c/d" } }, answer: { ...minute, Vary: "Accept" }, second: { headers: { accept: ["a/b", "c/d"] } }, result: "reused" },
    { rule: "the order of members counts", first: { headers: { accept: "a/b, c/d" } }, answer: { ...minute, Vary: "Accept" }, second: { headers: { accept: "c/d, a/b" } }, result: "fetched" },
    { rule: "every field counts", first: { headers: { accept: "a/b", "accept-language": "de" } }, answer: { ...minute, Vary: "accept, Accept-Language" }, second: { headers: { accept: "a/b", "accept-language": "en" } }, result: "fetched" },
    { rule: "fields in several lines count", first: { headers: { accept: "a/b", "accept-language": "de" } }, answer: { ...minute, Vary: ["Accept", "Accept-Language"] }, second: { headers: { accept: "a/b", "accept-language": "en" } }, result: "fetched" },
    { rule: "other fields do not", first: { headers: { accept: "a/b" } }, answer: { ...minute, Vary: "Accept" }, second: { headers: { accept: "a/b", "x-other": "1" } }, result: "reused" },
    { rule: "* never selects", answer: { ...minute, Vary: "*" }, result: "fetched" },
    { rule: "* among others never selects", answer: { ...minute, Vary: "Accept, *" }, result: "fetched" },
  ],

  "4.2.1 the freshness lifetime": [
    { rule: "max-age is counted in seconds", answer: minute, after: 59, result: "reused" },
    { rule: "a response is stale at the end of it", answer: minute, after: 60, result: "fetched" },
    { rule: "max-age goes before Expires", answer: { ...minute, Expires: dateAt(-60) }, after: 30, result: "reused" },
    { rule: "max-age=0 goes before Expires", answer: { "Cache-Control": "max-age=0", Expires: dateAt(60) }, result: "fetched" },
    { rule: "s-maxage goes before max-age", in: "shared", answer: { "Cache-Control": "max-age=1, s-maxage=60" }, after: 30, result: "reused" },
    { rule: "s-maxage does not count", in: "private", answer: { "Cache-Control": "max-age=1, s-maxage=60" }, after: 30, result: "fetched" },
    { rule: "a shorter s-maxage counts", in: "shared", answer: { "Cache-Control": "max-age=60, s-maxage=1" }, after: 30, result: "fetched" },
    { rule: "Expires counts from Date", answer: { Date: dateAt(-30), Expires: dateAt(30) }, after: 20, result: "reused" },
    { rule: "Expires in the past is stale", answer: { Expires: dateAt(-1) }, result: "fetched" },
    { rule: "Expires that equals Date is stale", answer: { Expires: dateAt(0) }, result: "fetched" },
    { rule: "Expires: 0 is stale", answer: { Expires: "0" }, result: "fetched" },
    { rule: "Expires that is no date is stale", answer: { Expires: "tomorrow" }, result: "fetched" },
    { rule: "Expires in the form of RFC 850 is read", answer: { Expires: "Thursday, 01-Jan-26 00:01:00 GMT" }, after: 30, result: "reused" },
    { rule: "Expires in the form of asctime is read", answer: { Expires: "Thu Jan  1 00:01:00 2026" }, after: 30, result: "reused" },
    { rule: "max-age that is no number is stale", answer: { "Cache-Control": "max-age=soon", Expires: dateAt(60) }, result: "fetched" },
    { rule: "a negative max-age is stale", answer: { "Cache-Control": "max-age=-60" }, result: "fetched" },
    { rule: "max-age with a fraction is stale", answer: { "Cache-Control": "max-age=60.5" }, result: "fetched" },
    { rule: "max-age without a value is stale", answer: { "Cache-Control": "max-age" }, result: "fetched" },
    { rule: "max-age in quotes is read", answer: { "Cache-Control": 'max-age="60"' }, after: 30, result: "reused" },
    { rule: "of two max-age the first counts", answer: { "Cache-Control": "max-age=60, max-age=1" }, after: 30, result: "reused" },
    { rule: "max-age beyond all bounds is long", answer: { "Cache-Control": `max-age=${"9".repeat(40)}` }, after: 2 ** 30, result: "reused" },
    { rule: "max-age inside a quoted value is no directive", answer: { "Cache-Control": 'x="max-age=60"' }, result: "fetched" },
  ],

  "4.2.2 no guesses unless asked for": [
    { rule: "Last-Modified alone is no lifetime", answer: modified, result: "confirmed" },
    { rule: "nor is public", answer: { ...modified, "Cache-Control": "public" }, result: "confirmed" },
  ],

  "4.2.3 the age": [
    { rule: "Age of the answer counts", answer: { ...minute, Age: "50" }, after: 9, result: "reused", has: { age: "59" } },
    { rule: "Age of the answer makes it stale", answer: { ...minute, Age: "50" }, after: 10, result: "fetched" },
    { rule: "Age beyond the lifetime is stale at once", answer: { ...minute, Age: "61" }, result: "fetched" },
    { rule: "an old Date counts", answer: { ...minute, Date: dateAt(-50) }, after: 9, result: "reused", has: { age: "59" } },
    { rule: "an old Date makes it stale", answer: { ...minute, Date: dateAt(-50) }, after: 10, result: "fetched" },
    { rule: "the greater of both counts", answer: { ...minute, Date: dateAt(-10), Age: "40" }, after: 5, result: "reused", has: { age: "45" } },
    { rule: "a Date ahead makes it no younger", answer: { ...minute, Date: dateAt(100) }, after: 60, result: "fetched" },
    { rule: "a Date that is none is the time of arrival", answer: { ...minute, Date: "now" }, after: 59, result: "reused", has: { age: "59" } },
    { rule: "an Age that is no number does not count", answer: { ...minute, Age: "old" }, after: 59, result: "reused" },
    { rule: "of several Age values the first counts", answer: { ...minute, Age: "10, 0" }, after: 5, result: "reused", has: { age: "15" } },
    { rule: "age 0 is said", answer: minute, result: "reused", has: { age: "0" } },
  ],

  "4.2.4 serving stale responses": [
    { rule: "a stale response is not served unasked", answer: minute, after: 61, result: "fetched" },
    { rule: "max-stale allows it", answer: minute, after: 61, second: asksFor("max-stale"), result: "reused" },
    { rule: "must-revalidate forbids it", answer: { "Cache-Control": "max-age=60, must-revalidate" }, after: 61, second: asksFor("max-stale"), result: "fetched" },
    { rule: "proxy-revalidate forbids it", in: "shared", answer: { "Cache-Control": "max-age=60, proxy-revalidate" }, after: 61, second: asksFor("max-stale"), result: "fetched" },
    { rule: "proxy-revalidate does not", in: "private", answer: { "Cache-Control": "max-age=60, proxy-revalidate" }, after: 61, second: asksFor("max-stale"), result: "reused" },
    { rule: "s-maxage forbids it", in: "shared", answer: { "Cache-Control": "s-maxage=60" }, after: 61, second: asksFor("max-stale"), result: "fetched" },
    { rule: "no-cache forbids it", answer: { "Cache-Control": "max-age=60, no-cache" }, after: 61, second: asksFor("max-stale"), result: "fetched" },
  ],

  "4.3 validation": [
    { rule: "a stale response with a tag is confirmed", answer: { ...minute, ...etag }, after: 61, result: "confirmed" },
    { rule: "a stale response with a weak tag is confirmed", answer: { ...minute, ETag: 'W/"1"' }, after: 61, result: "confirmed" },
    { rule: "a stale response with a date of change is confirmed", answer: { ...minute, ...modified }, after: 61, result: "confirmed" },
    { rule: "a 200 replaces it", answer: { ...minute, ...etag }, after: 61, later: { status: 200, headers: { ...minute, ETag: '"2"' } }, result: "fetched", has: { etag: '"2"' } },
    { rule: "an error is passed on", answer: { ...minute, ...etag }, after: 61, later: { status: 503 }, result: "fetched", answered: 503 },
    { rule: "a 304 for another tag confirms nothing", answer: { ...minute, ...etag }, after: 61, later: { status: 304, headers: { ETag: '"2"' } }, result: "fetched" },
    { rule: "a 304 with the tag made weak confirms", answer: { ...minute, ...etag }, after: 61, later: { status: 304, headers: { ETag: 'W/"1"' } }, result: "confirmed" },
    { rule: "a client that has the fresh response gets 304", answer: { ...minute, ...etag, "X-A": "1", "Content-Type": "a/b" }, second: { headers: { "if-none-match": '"0", W/"1"' } }, result: "reused", answered: 304, has: { etag: '"1"', "x-a": "1", "content-type": null } },
    { rule: "a client that has any response gets 304", answer: { ...minute, ...etag }, second: { headers: { "if-none-match": "*" } }, result: "reused", answered: 304 },
    { rule: "a client that has another gets the content", answer: { ...minute, ...etag }, second: { headers: { "if-none-match": '"2"' } }, result: "reused", answered: 200 },
    { rule: "a client that has one as new gets 304", answer: { ...minute, ...modified }, second: { headers: { "if-modified-since": dateAt(-1000) } }, result: "reused", answered: 304 },
    { rule: "a client that has an older one gets the content", answer: { ...minute, ...modified }, second: { headers: { "if-modified-since": dateAt(-1001) } }, result: "reused", answered: 200 },
    { rule: "a tag goes before a date", answer: { ...minute, ...etag, ...modified }, second: { headers: { "if-none-match": '"2"', "if-modified-since": dateAt(0) } }, result: "reused", answered: 200 },
    { rule: "without a date of change that of the response counts", answer: minute, second: { headers: { "if-modified-since": dateAt(0) } }, result: "reused", answered: 304 },
    { rule: "a condition that is no date does not count", answer: { ...minute, ...modified }, second: { headers: { "if-modified-since": "0" } }, result: "reused", answered: 200 },
    { rule: "conditions do not count for what is no 200", status: 404, answer: { ...minute, ...etag }, second: { headers: { "if-none-match": '"1"' } }, result: "reused", answered: 404 },
    { rule: "a client that has the stale response gets 304 when it is confirmed", answer: { ...minute, ...etag }, after: 61, second: { headers: { "if-none-match": '"1"' } }, result: "confirmed", answered: 304 },
    { rule: "a client that has another gets the content when it is confirmed", answer: { ...minute, ...etag }, after: 61, second: { headers: { "if-none-match": '"0"' } }, result: "confirmed", answered: 200 },
  ],

  "5.2.1 request directives": [
    { rule: "max-age takes what is not older", answer: minute, after: 10, second: asksFor("max-age=10"), result: "reused" },
    { rule: "max-age does not take what is older", answer: minute, after: 11, second: asksFor("max-age=10"), result: "fetched" },
    { rule: "max-age=0 wants the origin", answer: { ...minute, ...etag }, second: asksFor("max-age=0"), result: "confirmed" },
    { rule: "max-age that is no number wants the origin", answer: { ...minute, ...etag }, second: asksFor("max-age=x"), result: "confirmed" },
    { rule: "max-age makes nothing fresh", answer: minute, after: 61, second: asksFor("max-age=100"), result: "fetched" },
    { rule: "max-age with max-stale takes what is stale and not older", answer: minute, after: 70, second: asksFor("max-age=100, max-stale=20"), result: "reused" },
    { rule: "max-stale takes what is not staler", answer: minute, after: 70, second: asksFor("max-stale=10"), result: "reused" },
    { rule: "max-stale does not take what is staler", answer: minute, after: 71, second: asksFor("max-stale=10"), result: "fetched" },
    { rule: "min-fresh takes what stays fresh so long", answer: minute, after: 50, second: asksFor("min-fresh=10"), result: "reused" },
    { rule: "min-fresh does not take what will be stale", answer: minute, after: 51, second: asksFor("min-fresh=10"), result: "fetched" },
    { rule: "no-cache wants the origin", answer: { ...minute, ...etag }, second: asksFor("no-cache"), result: "confirmed" },
    { rule: "no-cache in an option wants the origin", answer: { ...minute, ...etag }, second: { noCache: true }, result: "confirmed" },
    { rule: "no-store takes what is stored", answer: minute, second: asksFor("no-store"), result: "reused" },
    { rule: "only-if-cached takes what is stored", answer: minute, second: asksFor("only-if-cached"), result: "reused" },
    { rule: "only-if-cached asks for nothing", answer: minute, second: { url: "http://site/other", ...asksFor("only-if-cached") }, result: "refused", answered: 504 },
    { rule: "only-if-cached confirms nothing", answer: { ...minute, ...etag }, after: 61, second: asksFor("only-if-cached"), result: "refused", answered: 504 },
    { rule: "only-if-cached with max-stale takes what is stale", answer: minute, after: 61, second: asksFor("only-if-cached, max-stale"), result: "reused" },
  ],

  "5.2.2 response directives": [
    { rule: "no-cache must be confirmed", answer: { "Cache-Control": "no-cache, max-age=60", ...etag }, result: "confirmed" },
    { rule: "no-cache without a validator is fetched", answer: { "Cache-Control": "no-cache, max-age=60" }, result: "fetched" },
    { rule: "fields named by no-cache are left out", answer: { "Cache-Control": 'max-age=60, no-cache="X-User"', "X-User": "1", "X-All": "2" }, result: "reused", has: { "x-user": null, "x-all": "2" } },
    { rule: "fields named by no-cache come when it is confirmed", answer: { "Cache-Control": 'max-age=60, no-cache="X-User"', "X-User": "1", ...etag }, after: 61, result: "confirmed", has: { "x-user": "1" } },
    { rule: "no-cache with and without fields is without", answer: { "Cache-Control": 'no-cache="X-User", max-age=60, no-cache', ...etag }, result: "confirmed" },
    { rule: "must-revalidate is served while fresh", answer: { "Cache-Control": "max-age=60, must-revalidate" }, after: 59, result: "reused" },
    { rule: "must-understand allows no-store for a known status", answer: { "Cache-Control": "max-age=60, no-store, must-understand" }, result: "reused" },
    { rule: "must-understand forbids an unknown status", status: 299, answer: { "Cache-Control": "max-age=60, must-understand" }, result: "fetched" },
    { rule: "no-transform is left to others", answer: { "Cache-Control": "max-age=60, no-transform" }, result: "reused", has: { "cache-control": "max-age=60, no-transform" } },
  ],

  "5.4 Pragma": [
    { rule: "no-cache in a request wants the origin", answer: { ...minute, ...etag }, second: { headers: { pragma: "no-cache" } }, result: "confirmed" },
    { rule: "it does not count beside Cache-Control", answer: minute, second: { headers: { pragma: "no-cache", "cache-control": "max-age=30" } }, result: "reused" },
    { rule: "in a response it means nothing", answer: { ...minute, Pragma: "no-cache" }, result: "reused" },
  ],

  "RFC 8246 immutable": [
    { rule: "a reload takes what is fresh", answer: { "Cache-Control": "max-age=60, immutable", ...etag }, second: asksFor("max-age=0"), result: "reused" },
    { rule: "a reload has what is stale confirmed", answer: { "Cache-Control": "max-age=60, immutable", ...etag }, after: 61, second: asksFor("max-age=0"), result: "confirmed" },
    { rule: "no-cache wants the origin", answer: { "Cache-Control": "max-age=60, immutable", ...etag }, second: asksFor("no-cache"), result: "confirmed" },
  ],

  "RFC 9110 14 ranges": [
    { rule: "a part is cut from what is stored", answer: { ...minute, "Content-Length": "8" }, second: { headers: { range: "bytes=2-4" } }, result: "reused", answered: 206, has: { "content-range": "bytes 2-4/8", "content-length": "3" } },
    { rule: "the last bytes are", answer: minute, second: { headers: { range: "bytes=-3" } }, result: "reused", answered: 206, has: { "content-range": "bytes 5-7/8" } },
    { rule: "a part behind the end is refused", answer: minute, second: { headers: { range: "bytes=8-" } }, result: "reused", answered: 416, has: { "content-range": "bytes */8" } },
    { rule: "several parts are the whole", answer: minute, second: { headers: { range: "bytes=0-1,3-4" } }, result: "reused", answered: 200 },
    { rule: "an unknown unit is the whole", answer: minute, second: { headers: { range: "lines=0-1" } }, result: "reused", answered: 200 },
    { rule: "If-Range with the tag cuts", answer: { ...minute, ...etag }, second: { headers: { range: "bytes=0-1", "if-range": '"1"' } }, result: "reused", answered: 206 },
    { rule: "If-Range with another tag is the whole", answer: { ...minute, ...etag }, second: { headers: { range: "bytes=0-1", "if-range": '"2"' } }, result: "reused", answered: 200 },
    { rule: "If-Range with a weak tag is the whole", answer: { ...minute, ETag: 'W/"1"' }, second: { headers: { range: "bytes=0-1", "if-range": 'W/"1"' } }, result: "reused", answered: 200 },
    { rule: "If-Range with the date of change cuts", answer: { ...minute, ...modified }, second: { headers: { range: "bytes=0-1", "if-range": dateAt(-1000) } }, result: "reused", answered: 206 },
    { rule: "a range of what is stale is passed by", answer: { ...minute, ...etag }, after: 61, second: { headers: { range: "bytes=0-1" } }, later: { status: 206 }, result: "fetched", answered: 206 },
    { rule: "a range of what is no 200 is the whole", status: 404, answer: minute, second: { headers: { range: "bytes=0-1" } }, result: "reused", answered: 404 },
    { rule: "a HEAD has no range", answer: minute, second: { method: "HEAD", headers: { range: "bytes=0-1" } }, result: "reused", answered: 200 },
  ],
};

const run = async (shared: boolean, { first, answer = {}, status = 200, after = 0, second, later }: Case): Promise<[Outcome, Scene]> => {
  const scene = new Scene({ shared });
  await scene.answers({ status, headers: { Date: dateAt(0), ...answer } }).ask(first);
  const confirmed: Reply = {
    status: 304,
    headers: { Date: dateAt(after), ...(answer["ETag"] === undefined ? {} : { ETag: answer["ETag"] }) },
  };
  const fetched: Reply = { status: 200, headers: { Date: dateAt(after) } };
  // Whoever is not content with the answer asks again without a condition.
  const next = (): Reply => {
    const { "if-none-match": tag, "if-modified-since": date } = scene.asked.at(-1)!.headers;
    return (tag ?? date) === undefined ? (later?.status === 304 ? fetched : (later ?? fetched)) : (later ?? confirmed);
  };
  return [await scene.wait(after).answers(next).ask(second), scene];
};

const resultOf = ({ fromCache, status }: Outcome, scene: Scene): Result => {
  if (fromCache) return scene.asked.length === 1 ? "reused" : "confirmed";
  return status === 504 && scene.asked.length === 1 ? "refused" : "fetched";
};

for (const [section, cases] of Object.entries(sections)) {
  describe(section, () => {
    for (const shared of [true, false]) {
      const kind = shared ? "shared" : "private";
      test.each(cases.filter((entry) => entry.in === undefined || entry.in === kind))(`${kind} cache: $rule`, async (entry) => {
        const [outcome, scene] = await run(shared, entry);
        expect(resultOf(outcome, scene)).toBe(entry.result);
        if (entry.answered !== undefined) expect(outcome.status).toBe(entry.answered);
        for (const [name, value] of Object.entries(entry.has ?? {})) expect(outcome.headers[name] ?? null).toBe(value);
      });
    }
  });
}

const both = [
  ["shared", true],
  ["private", false],
] as const;

describe.each(both)("4.1 several responses of one key: %s cache", (_, shared) => {
  const german: Question = { headers: { "accept-language": "de" } };
  const english: Question = { headers: { "accept-language": "en" } };

  test("each request gets the response that it selects", async () => {
    const scene = new Scene({ shared }).answers({ headers: { ...minute, Vary: "Accept-Language" } });
    const first = [await scene.ask(german), await scene.ask(english)];
    const second = [await scene.ask(german), await scene.ask(english)];
    expect(second.map(({ body }) => body)).toEqual(first.map(({ body }) => body));
    expect(scene.asked).toHaveLength(2);
  });

  test("of two that a request selects the newer one counts", async () => {
    const scene = new Scene({ shared }).answers(
      { headers: { ...minute, Date: dateAt(0), Vary: "Accept-Language" }, body: "old" },
      { headers: { ...minute, Date: dateAt(5) }, body: "new" },
    );
    await scene.ask(german);
    await scene.wait(5).ask({ ...german, noCache: true });
    expect((await scene.ask(german)).body).toBe("new");
    expect(scene.asked).toHaveLength(2);
  });

  test("a confirmation that changes Vary counts from then on", async () => {
    const scene = new Scene({ shared }).answers(
      { headers: { ...minute, ...etag, Date: dateAt(0) }, body: "one" },
      { status: 304, headers: { ...etag, Vary: "Accept-Language", Date: dateAt(61) } },
      { headers: { ...minute, Date: dateAt(61) }, body: "two" },
    );
    await scene.ask(german);
    expect((await scene.wait(61).ask(german)).body).toBe("one");
    expect((await scene.ask(english)).body).toBe("two");
  });
});

describe.each(both)("4.2.2 guesses up to a bound: %s cache", (_, shared) => {
  const aged = (seconds: number, headers: Headers = {}, status = 200): Promise<Outcome> => {
    const scene = new Scene({ shared, maxHeuristic: "100s" }).answers({ status, headers: { ...modified, Date: dateAt(0), ...headers } });
    return scene.ask().then(() => scene.wait(seconds).answers({ status: 503 }).ask());
  };

  test("a tenth of the time since the last change counts as fresh, up to the bound", async () => {
    expect((await aged(99)).fromCache).toBe(true);
    expect((await aged(100)).fromCache).toBe(false);
    expect((await aged(9, { "Last-Modified": dateAt(-100) })).fromCache).toBe(true);
    expect((await aged(10, { "Last-Modified": dateAt(-100) })).fromCache).toBe(false);
  });

  test("a stated lifetime goes before a guess", async () => {
    expect((await aged(1, { "Cache-Control": "max-age=0" })).fromCache).toBe(false);
    expect((await aged(1, { Expires: "0" })).fromCache).toBe(false);
  });

  test("a status without a meaning for it is not guessed at, unless it is public", async () => {
    expect((await aged(1, {}, 302)).fromCache).toBe(false);
    expect((await aged(1, { "Cache-Control": "public" }, 302)).fromCache).toBe(true);
  });
});

describe.each(both)("4.3.4 and 4.3.5 freshening: %s cache", (_, shared) => {
  const stored = { ...minute, ...etag, "Content-Length": "8", Date: dateAt(0) };

  test("what was confirmed is fresh again", async () => {
    const scene = new Scene({ shared }).answers({ headers: stored }, { status: 304, headers: { ...etag, Date: dateAt(61) } });
    await scene.ask();
    await scene.wait(61).ask();
    expect(await scene.wait(59).ask()).toMatchObject({ fromCache: true, age: 59, body: "answer 1" });
    expect(scene.asked).toHaveLength(2);
  });

  test("a confirmation may shorten the lifetime", async () => {
    const later = { status: 304, headers: { ...etag, "Cache-Control": "max-age=5", Date: dateAt(61) } };
    const scene = new Scene({ shared }).answers({ headers: stored }, later);
    await scene.ask();
    await scene.wait(61).ask();
    await scene.wait(5).ask();
    expect(scene.asked).toHaveLength(3);
  });

  test("a confirmation with no-store takes the response away", async () => {
    const later = { status: 304, headers: { ...etag, "Cache-Control": "no-store", Date: dateAt(61) } };
    const scene = new Scene({ shared }).answers({ headers: stored }, later, {});
    await scene.ask();
    expect((await scene.wait(61).ask()).body).toBe("answer 1");
    await scene.ask();
    expect(scene.asked.at(-1)?.headers["if-none-match"]).toBeUndefined();
  });

  test("content that may not be stored takes the older one away", async () => {
    const scene = new Scene({ shared }).answers({ headers: stored }, { headers: { "Cache-Control": "no-store" } });
    await scene.ask();
    await scene.wait(61).ask();
    await scene.ask();
    expect(scene.asked.map(({ headers }) => headers["if-none-match"])).toEqual([undefined, '"1"', undefined]);
  });

  test("a HEAD that agrees makes what is stored fresh", async () => {
    const scene = new Scene({ shared }).answers({ headers: stored }, { headers: { ...stored, Date: dateAt(61) }, body: null });
    await scene.ask();
    expect(await scene.wait(61).ask({ method: "HEAD" })).toMatchObject({ fromCache: false, lookup: "MISS" });
    expect(await scene.wait(50).ask()).toMatchObject({ fromCache: true, age: 50, body: "answer 1" });
  });

  test.each<[string, Headers]>([
    ["tag", { ETag: '"2"' }],
    ["length", { "Content-Length": "9" }],
  ])("a HEAD with another %s takes away what is stored", async (_, other) => {
    const scene = new Scene({ shared }).answers({ headers: stored }, { headers: { ...stored, ...other }, body: null });
    await scene.ask();
    await scene.wait(61).ask({ method: "HEAD" });
    await scene.ask();
    expect(scene.asked.at(-1)?.headers["if-none-match"]).toBeUndefined();
  });

  test("the conditions of the cache take the place of the client's", async () => {
    const scene = new Scene({ shared }).answers({ headers: { ...stored, ...modified } }, { status: 304, headers: {} });
    await scene.ask();
    await scene.wait(61).ask({ headers: { "if-none-match": '"0"', "if-modified-since": dateAt(3) } });
    expect(scene.asked.at(-1)?.headers).toEqual({ "if-none-match": '"1"', "if-modified-since": dateAt(-1000) });
  });
});

describe.each(both)("4.4 invalidation: %s cache", (_, shared) => {
  const urls = ["http://site/page", "http://site/a", "http://site/b", "http://other/a"];

  /** The URLs that are no longer answered from the cache after a request. */
  const goneAfter = async (method: string, status = 200, headers: Headers = {}, url = urls[0]!): Promise<string[]> => {
    const scene = new Scene({ shared }).answers({ headers: minute });
    for (const url of urls) await scene.ask({ url });
    await scene.answers({ status, headers }).ask({ method, url });
    const gone: string[] = [];
    for (const url of urls) if (!(await scene.answers({}).ask({ url })).fromCache) gone.push(url);
    return gone;
  };

  test.each(["POST", "PUT", "PATCH", "DELETE", "REFRESH"])("%s makes the URL stale", async (method) => {
    expect(await goneAfter(method)).toEqual([urls[0]]);
  });

  test.each(["OPTIONS", "TRACE", "HEAD", "GET"])("%s does not", async (method) => {
    expect(await goneAfter(method)).toEqual([]);
  });

  test.each([301, 303])("so does an answer with %d", async (status) => {
    expect(await goneAfter("POST", status)).toEqual([urls[0]]);
  });

  test.each([400, 404, 500, 503])("an answer with %d does not", async (status) => {
    expect(await goneAfter("POST", status)).toEqual([]);
  });

  test("what Location and Content-Location name on the same origin is stale too", async () => {
    expect(await goneAfter("POST", 201, { Location: "/a", "Content-Location": "http://site/b" })).toEqual(urls.slice(0, 3));
  });

  test("what they name elsewhere is not", async () => {
    expect(await goneAfter("POST", 201, { Location: "http://other/a", "Content-Location": "//other/a" })).toEqual([urls[0]]);
  });

  test("a Location that is no URL changes nothing", async () => {
    expect(await goneAfter("POST", 201, { Location: "http://[" })).toEqual([urls[0]]);
  });

  test("all variants go", async () => {
    const scene = new Scene({ shared }).answers({ headers: { ...minute, Vary: "Accept" } });
    await scene.ask({ headers: { accept: "a/b" } });
    await scene.ask({ method: "POST" });
    expect((await scene.ask({ headers: { accept: "a/b" } })).fromCache).toBe(false);
  });
});

describe.each(both)("RFC 5861: %s cache", (_, shared) => {
  const lenient = { "Cache-Control": "max-age=60, stale-while-revalidate=30, stale-if-error=100", ...etag, Date: dateAt(0) };

  test("a response is used while it is confirmed, and is fresh afterwards", async () => {
    const scene = new Scene({ shared }).answers({ headers: lenient }, { status: 304, headers: { Date: dateAt(70) } });
    await scene.ask();
    expect(await scene.wait(70).ask()).toMatchObject({ fromCache: true, age: 70, body: "answer 1" });
    await expect.poll(() => scene.cache.status().background).toBe(0);
    expect(await scene.ask()).toMatchObject({ fromCache: true, age: 0 });
    expect(scene.asked).toHaveLength(2);
  });

  test("new content is there after a confirmation that failed", async () => {
    const scene = new Scene({ shared }).answers({ headers: lenient }, { headers: { ...minute, Date: dateAt(70) } });
    await scene.ask();
    expect((await scene.wait(70).ask()).body).toBe("answer 1");
    await expect.poll(() => scene.cache.status().background).toBe(0);
    expect((await scene.ask()).body).toBe("answer 2");
  });

  test("after the time for it the origin is asked first", async () => {
    const scene = new Scene({ shared }).answers({ headers: lenient }, { headers: minute });
    await scene.ask();
    expect((await scene.wait(90).ask()).body).toBe("answer 2");
  });

  test.each(["must-revalidate", "no-cache"])("%s forbids both", async (directive) => {
    const scene = new Scene({ shared }).answers(
      { headers: { ...lenient, "Cache-Control": `${lenient["Cache-Control"]}, ${directive}` } },
      { status: 503 },
    );
    await scene.ask();
    expect((await scene.wait(70).ask()).status).toBe(503);
  });

  test("beside s-maxage they are meant", async () => {
    const headers = { ...lenient, "Cache-Control": `${lenient["Cache-Control"]}, s-maxage=60` };
    const scene = new Scene({ shared }).answers({ headers }, { status: 503 });
    await scene.ask();
    expect((await scene.wait(70).ask()).fromCache).toBe(true);
    expect((await scene.wait(30).ask()).fromCache).toBe(true);
  });

  test.each([500, 502, 503, 504])("a stale response stands in for %d", async (status) => {
    const scene = new Scene({ shared }).answers({ headers: lenient }, { status });
    await scene.ask();
    expect(await scene.wait(100).ask()).toMatchObject({ fromCache: true, body: "answer 1", status: 200 });
  });

  test("a stale response stands in for an origin that cannot be reached", async () => {
    const unreachable = (): never => {
      throw new Error("refused");
    };
    const scene = new Scene({ shared }).answers({ headers: lenient }, unreachable);
    await scene.ask();
    expect(await scene.wait(159).ask()).toMatchObject({ fromCache: true, age: 159 });
    await expect(scene.wait(1).ask()).rejects.toThrow("refused");
  });

  test("404 and 501 are answers, not failures", async () => {
    const scene = new Scene({ shared }).answers({ headers: lenient }, { status: 404 }, { status: 501 });
    await scene.ask();
    expect((await scene.wait(100).ask()).status).toBe(404);
    expect((await scene.ask()).status).toBe(501);
  });

  test("a request may allow it", async () => {
    const scene = new Scene({ shared }).answers({ headers: { ...minute, ...etag } }, { status: 503 });
    await scene.ask();
    expect((await scene.wait(70).ask({ headers: { "cache-control": "stale-if-error=30" } })).fromCache).toBe(true);
    expect((await scene.wait(30).ask({ headers: { "cache-control": "stale-if-error=30" } })).status).toBe(503);
  });
});

describe("RFC 9211 Cache-Status and X-Cache-Lookup", () => {
  const statuses: readonly [string, Case, string, string][] = [
    ["a hit", { rule: "", answer: minute, after: 20, result: "reused" }, "skitai; hit; ttl=40", "MEM_HIT"],
    [
      "a stale hit",
      { rule: "", answer: minute, after: 70, second: asksFor("max-stale"), result: "reused" },
      "skitai; hit; ttl=-10",
      "MEM_HIT",
    ],
    ["a miss that is not stored", { rule: "", answer: {}, result: "fetched" }, "skitai; fwd=uri-miss; detail=no-lifetime", "MISS"],
    [
      "a miss of a variant",
      {
        rule: "",
        answer: { ...minute, Vary: "Accept" },
        second: { headers: { accept: "a/b" } },
        later: { headers: minute },
        result: "fetched",
      },
      "skitai; fwd=vary-miss; ttl=60; stored",
      "MISS",
    ],
    [
      "a confirmation",
      { rule: "", answer: { ...minute, ...etag }, after: 60, result: "confirmed" },
      "skitai; fwd=stale; fwd-status=304; ttl=60",
      "MEM_HIT",
    ],
    [
      "a confirmation for a request",
      { rule: "", answer: { ...minute, ...etag }, second: asksFor("no-cache"), result: "confirmed" },
      "skitai; fwd=request; fwd-status=304; ttl=60",
      "MEM_HIT",
    ],
    ["an unsafe method", { rule: "", answer: minute, second: { method: "POST" }, result: "fetched" }, "skitai; fwd=method", "PASSED"],
    [
      "a request for the origin alone",
      { rule: "", answer: minute, second: { headers: { "if-match": '"1"' } }, result: "fetched" },
      "skitai; fwd=bypass",
      "PASSED",
    ],
    [
      "only-if-cached",
      { rule: "", answer: {}, second: asksFor("only-if-cached"), result: "refused" },
      "skitai; detail=only-if-cached",
      "MISS",
    ],
    [
      "a stale response for a failure",
      { rule: "", answer: { "Cache-Control": "max-age=60, stale-if-error=60" }, after: 70, later: { status: 503 }, result: "reused" },
      "skitai; fwd=stale; fwd-status=503; ttl=-10; detail=stale-if-error",
      "MEM_HIT",
    ],
  ];

  test.each(statuses)("tell of %s", async (_, entry, cacheStatus, lookup) => {
    const [outcome] = await run(true, entry);
    expect(outcome).toMatchObject({ cacheStatus, lookup });
  });

  test("bear the name of the cache", async () => {
    expect((await new Scene({ shared: true, name: "edge-1" }).answers({ headers: minute }).ask()).cacheStatus).toBe(
      "edge-1; fwd=uri-miss; ttl=60; stored",
    );
  });
});
