/** One store of the browser's IndexedDB, opened on first use. */

import { t } from "./language";

/** One transaction: all of `work`, or nothing. */
export type Transact = <T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => T | Promise<T>) => Promise<T>;

export function storeOf(name: string, store: string, options?: IDBObjectStoreParameters): Transact {
  let opening: Promise<IDBDatabase> | null = null;
  const database = (): Promise<IDBDatabase> => {
    opening ??= new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(store, options);
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const forget = (): void => {
          opening = null;
        };
        request.result.onclose = forget;
        request.result.onversionchange = () => {
          request.result.close();
          forget();
        };
        resolve(request.result);
      };
    });
    // Asked again next time.
    opening.catch(() => (opening = null));
    return opening;
  };
  return async (mode, work) => {
    const transaction = (await database()).transaction(store, mode);
    const finished = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      // A full storage may be noticed only at the end.
      transaction.onabort = () => reject(transaction.error ?? new Error(t("the browser gave the write up")));
    });
    try {
      const result = await work(transaction.objectStore(store));
      await finished;
      return result;
    } catch (error) {
      finished.catch(() => {});
      try {
        transaction.abort();
      } catch {
        // It has ended by itself.
      }
      throw error;
    }
  };
}

export function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
