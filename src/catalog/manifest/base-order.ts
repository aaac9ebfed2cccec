import { compareIds, type IdForm, ULID_FORM } from './ids.ts';

/** What the lines of a base must be to each other: rising by (time, id), no id twice. */
export class BaseOrder {
  private readonly isKnown: (words: Uint32Array, form: IdForm) => boolean;
  private readonly last = new Uint32Array(4);
  private lastForm: IdForm = ULID_FORM;
  private lastTime = Number.NEGATIVE_INFINITY;
  /** The highest ULID so far. */
  private readonly highest = new Uint32Array(4);

  /** @param isKnown whether a line before had this id */
  constructor(isKnown: (words: Uint32Array, form: IdForm) => boolean) {
    this.isKnown = isKnown;
  }

  /** What is wrong with the next line; undefined when nothing is. */
  check(time: number, words: Uint32Array, form: IdForm): string | undefined {
    const order = time - this.lastTime || compareIds(words, 0, form, this.last, 0, this.lastForm);
    if (!(order > 0)) return 'base out of order';
    this.lastTime = time;
    this.lastForm = form;
    copyWords(words, this.last);
    // an id above all before it is new: nearly every one, as they rise with time
    if (form === ULID_FORM && compareIds(words, 0, form, this.highest, 0, form) > 0) {
      copyWords(words, this.highest);
      return undefined;
    }
    return this.isKnown(words, form) ? 'a picture twice in the base' : undefined;
  }
}

function copyWords(from: Uint32Array, to: Uint32Array): void {
  for (let i = 0; i < 4; i++) to[i] = from[i] ?? 0;
}
