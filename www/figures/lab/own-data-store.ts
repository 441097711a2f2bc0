/**
 * The reader's own images in the browser (IndexedDB): drawings, one entry each, so that two tabs never undo each
 * other's; and the files that were opened in their place.
 */

import { answer, storeOf } from "../../base/store";
import { PIXELS } from "../../parts/digits";

/** A kept drawing. */
export interface Drawing {
  /** Where it is stored; null when it is not. */
  key: IDBValidKey | null;
  /** `[784]`, 0 (paper) to 255 (ink). */
  pixels: Uint8Array;
  /** 0 to 9, or 255 for none. */
  label: number;
}

export const NO_LABEL = 255;

const transact = storeOf("elbo-room-drawings", "drawings", { autoIncrement: true });
const transactFiles = storeOf("elbo-room-files", "files");
/** The one entry there. */
const OPENED = "opened";

/** All drawings in the order in which they were kept; what is not one is left out. */
export async function stored(): Promise<Drawing[]> {
  const [keys, entries] = await transact("readonly", (drawings) =>
    Promise.all([answer(drawings.getAllKeys()), answer<unknown[]>(drawings.getAll())]),
  );
  return entries.flatMap((entry, i) => {
    const { pixels, label } = (entry ?? {}) as Partial<Drawing>;
    const known = label === NO_LABEL || (Number.isInteger(label) && Number(label) >= 0 && Number(label) <= 9);
    return pixels instanceof Uint8Array && pixels.length === PIXELS && known
      ? [{ key: keys[i] ?? null, pixels, label: Number(label) }]
      : [];
  });
}

export function store({ pixels, label }: Drawing): Promise<IDBValidKey> {
  return transact("readwrite", (drawings) => answer(drawings.add({ pixels, label })));
}

export function remove(key: IDBValidKey): Promise<undefined> {
  return transact("readwrite", (drawings) => answer(drawings.delete(key)));
}

/** The files that were kept last; none if what is there is no list of files. */
export async function storedFiles(): Promise<File[]> {
  const found = await transactFiles("readonly", (files) => answer<unknown>(files.get(OPENED)));
  return Array.isArray(found) && found.every((file) => file instanceof File) ? found : [];
}

/** Keeps these files, with what is in them, in place of those before. */
export async function storeFiles(these: readonly File[]): Promise<void> {
  await transactFiles(
    "readwrite",
    (files) => void (these.length > 0 ? files.put(these, OPENED) : files.delete(OPENED)),
  );
}
