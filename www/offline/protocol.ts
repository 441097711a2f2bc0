/** What the page and the service worker say to each other. */

export type Request =
  /** Which files are kept only on request? Answered by `Extras`. */
  | { type: "extras" }
  /** To a version that waits: become the one that serves. Answered by how many other tabs are in the way. */
  | { type: "take-over" }
  /** To the version that serves: the page has come from the network; serve it, if it is of this version. */
  | { type: "claim"; version: string };

/** A file that is kept only on request. */
export interface Extra {
  url: string;
  /** Under which it is kept. */
  key: string;
  revision: string;
  bytes: number;
}

export interface Extras {
  /** The cache's name. */
  cache: string;
  /** A cache of this name says that all of them are to be kept, in later versions too. */
  all: string;
  files: Extra[];
}
