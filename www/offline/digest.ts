/** Contents by which a version of a file is known: the start of their SHA-256, as xtask/node/offline.mjs writes it. */

const CHARACTERS = 8;

export async function digest(contents: ArrayBuffer): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", contents));
  return btoa(String.fromCharCode(...hash)).slice(0, CHARACTERS);
}
