/** The answer to `GET /text`. */
export const helloText = "Hello World";

/** The answer to `GET /json`. */
export const helloJson: { readonly hello: string } = { hello: "world" };
