/**
 * Name of a key in the staging folder: the key with `.` for `/`. No owner and no id holds a dot, so that a name tells
 * its key: recovery needs nothing but the list of names.
 */
export function stagingNameOf(key: string): string {
  return key.replaceAll('/', '.');
}

/**
 * The key of a name in the staging folder: every dot but the last is a `/`. For a foreign name it is a text that no
 * key equals, and that still gives the same name back.
 */
export function keyOfStagingName(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot === -1 ? name : `${name.slice(0, dot).replaceAll('.', '/')}${name.slice(dot)}`;
}
