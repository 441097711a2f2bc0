/**
 * A stylesheet imported from TypeScript is for shadow roots, and fills when its file has come (see
 * xtask/node/bundle.mjs).
 */
declare module "*.css" {
  const sheet: CSSStyleSheet;
  export default sheet;
}

/**
 * A script that lies beside ours and is made by another tool: it is imported when the page runs (see
 * xtask/node/bundle.mjs).
 */
declare module "beside:*";
