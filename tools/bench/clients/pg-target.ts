/** Where the database is, as a URL and as a member of an alias. */
export const url: string = process.env["BENCH_URL"] ?? "";
export const member: string = process.env["BENCH_MEMBER"] ?? "";

/** What each request asks for, and a row of what comes back. */
export const select = "SELECT n AS id, 'city ' || n AS name, n * 2 AS t_high FROM generate_series($1::int, $1::int) AS n";
export const expected = "city 7";

/** What a transaction carries out, five times. */
export const table = "CREATE UNLOGGED TABLE IF NOT EXISTS bench (id int, name text)";
export const insert = "INSERT INTO bench VALUES ($1, $2)";
