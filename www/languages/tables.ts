/** Languages but English, each fetched only where it is spoken: `de: () => import("./de")`. */

import type { Language } from "../contract/language";

export const tables: { readonly [code: string]: () => Promise<{ default: Language }> } = {};
