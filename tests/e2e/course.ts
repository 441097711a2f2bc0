/** Pages of other people that embed figures. */

/** A page of a course with `body` in it; the element's script lies in the folder `files`. */
export function coursePage(body: string, { files = "./", lang = "en", title = "A course" } = {}): string {
  return (
    `<!doctype html><html lang="${lang}"><title>${title}</title>` +
    `<script type="module" src="${files}elbo-room.js"></script>${body}</html>`
  );
}

/** A policy under which figures have all they need, also in a frame without an origin. */
export const strictPolicy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");
