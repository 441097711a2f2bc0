/** A stylesheet imported from TypeScript is its text (see xtask/node/bundle.mjs), for `CSSStyleSheet.replaceSync`. */
declare module "*.css" {
  const text: string;
  export default text;
}
