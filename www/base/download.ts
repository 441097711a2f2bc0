/** Saves a file on the reader's machine. */

import { html } from "./dom";

export function saveFile(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  html("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
