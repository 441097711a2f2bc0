/** The figures, a chunk for each chapter: the bundler expands the pattern to the files of the folder. */

import type { LoadChapter } from "../element/registry";

export const loadChapter: LoadChapter = (chapter) => import(`./chapters/${chapter}.ts`);
