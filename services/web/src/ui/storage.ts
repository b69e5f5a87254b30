/** What a browser keeps, for a tab or for good. Where it keeps nothing, it holds until the page is loaded anew. */

type Place = 'localStorage' | 'sessionStorage';

const meanwhile = new Map<string, string>();

export function stored(place: Place, key: string): string | null {
  try {
    return window[place].getItem(key);
  } catch {
    return meanwhile.get(key) ?? null;
  }
}

/** Null: it is forgotten. */
export function store(place: Place, key: string, value: string | null): void {
  try {
    if (value === null) window[place].removeItem(key);
    else window[place].setItem(key, value);
  } catch {
    if (value === null) meanwhile.delete(key);
    else meanwhile.set(key, value);
  }
}

/** Null: nothing that is JSON. */
export function storedJson(place: Place, key: string): unknown {
  try {
    return JSON.parse(stored(place, key) ?? 'null') as unknown;
  } catch {
    return null;
  }
}
