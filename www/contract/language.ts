/** Tables of texts. */

/**
 * A text in another language; of a number, in the forms that the language has for it. `{0}`, `{1}` stand for what is
 * put in.
 */
export type Text = string | { readonly [form in Intl.LDMLPluralRule]?: string };

/** The texts of a language by their English. `cargo xtask texts` lists them, and what a language lacks. */
export type Language = { readonly [english: string]: Text };
