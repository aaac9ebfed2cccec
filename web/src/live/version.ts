/** A moment in the history of an owner's pictures. */
export interface ServerVersion {
  /** Changes when everything is numbered anew. */
  readonly epoch: string;
  readonly seq: number;
}

/** @param text an event's id, `{epoch}-{seq}`, or the entity tag of a list, `"{epoch}-{seq}-{query}"` */
export function versionOf(text: string | null): ServerVersion | undefined {
  const match = /^(?:W\/)?"?([0-9a-z]+)-(\d+)(?:-[0-9a-z]+)?"?$/.exec(text ?? '');
  return match === null ? undefined : { epoch: match[1] ?? '', seq: Number(match[2]) };
}

/** Whether a list of `known` has the change already that is numbered `change`. */
export function isKnown(change: ServerVersion | undefined, known: ServerVersion | undefined): boolean {
  if (change === undefined || known === undefined) return false;
  return change.epoch === known.epoch && change.seq <= known.seq;
}
