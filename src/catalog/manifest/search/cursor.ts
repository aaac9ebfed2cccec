import { compares } from '../../../domain/search/match.ts';
import { TERM_MARK } from '../../../domain/search/text.ts';
import type { BlockText } from './block-text.ts';
import type { TextTerm } from './text-term.ts';

/** Which pictures of a block a term holds for, asked in rising order. */
export interface Cursor {
  /** The first picture from `picture` on for which it holds; the number of pictures when there is none. */
  next(picture: number): number;
}

const MARK = TERM_MARK.charCodeAt(0);

/** A term made ready once for many blocks. */
export interface Needle {
  readonly negated: boolean;
  /** Looked for in the words; else in the terms. */
  readonly inWords: boolean;
  open(text: BlockText): Cursor;
}

/** The bytes to look for, and how what is found is judged. */
export function needleOf(term: TextTerm): Needle {
  const { negated } = term;
  if (term.by === 'text') return plain(Buffer.from(term.text, 'utf8'), negated, true);
  if (term.by === 'exact') {
    return plain(Buffer.from(`${TERM_MARK}${term.field}=${term.text}${TERM_MARK}`, 'utf8'), negated, false);
  }
  const mark = Buffer.from(`${TERM_MARK}${term.field}=`, 'utf8');
  const judge =
    term.by === 'field'
      ? (value: string) => value.includes(term.text)
      : (value: string) => compares(Number(value), term.is, term.value);
  return { negated, inWords: false, open: (text) => new ValueCursor(text, mark, judge) };
}

function plain(needle: Buffer, negated: boolean, inWords: boolean): Needle {
  return { negated, inWords, open: (text) => new PlainCursor(text, needle) };
}

/**
 * Pictures that hold some bytes. It never goes back, so that a block is looked through once, however many pictures are
 * asked for; an occurrence never crosses two of them, since each text ends in a control character.
 */
class PlainCursor implements Cursor {
  private readonly bytes: Buffer;
  private readonly starts: Uint32Array;
  private readonly needle: Buffer;
  private readonly count: number;
  /** Where the last occurrence begins; behind the end when there is no further one. */
  private found = -1;
  /** The picture that holds it. */
  private holder = 0;

  constructor({ bytes, starts }: BlockText, needle: Buffer) {
    this.bytes = bytes;
    this.starts = starts;
    this.needle = needle;
    this.count = starts.length - 1;
  }

  /** Where the occurrence begins that `next` stopped at. */
  get place(): number {
    return this.found;
  }

  next(picture: number): number {
    if (picture >= this.count) return this.count;
    const start = this.starts[picture] ?? 0;
    if (this.found < start) {
      const found = this.bytes.indexOf(this.needle, start);
      this.found = found < 0 ? Number.POSITIVE_INFINITY : found;
      this.holder = this.holderFrom(picture);
    }
    return this.holder;
  }

  private holderFrom(picture: number): number {
    if (this.found === Number.POSITIVE_INFINITY) return this.count;
    let holder = picture;
    while (holder < this.count && (this.starts[holder + 1] ?? 0) <= this.found) holder += 1;
    return holder;
  }
}

/** Pictures of which a value behind a mark is judged right. */
class ValueCursor implements Cursor {
  private readonly marks: PlainCursor;
  private readonly text: BlockText;
  private readonly mark: Buffer;
  private readonly judge: (value: string) => boolean;
  private readonly count: number;
  private last = -1;

  constructor(text: BlockText, mark: Buffer, judge: (value: string) => boolean) {
    this.marks = new PlainCursor(text, mark);
    this.text = text;
    this.mark = mark;
    this.judge = judge;
    this.count = text.starts.length - 1;
  }

  next(picture: number): number {
    if (this.last >= picture) return this.last;
    let holder = this.marks.next(picture);
    while (holder < this.count && !this.holdsIn(holder)) holder = this.marks.next(holder + 1);
    this.last = holder;
    return holder;
  }

  private holdsIn(picture: number): boolean {
    const { bytes, starts } = this.text;
    const end = starts[picture + 1] ?? 0;
    let at = this.marks.place;
    while (at >= 0 && at < end) {
      const from = at + this.mark.length;
      const until = bytes.indexOf(MARK, from);
      if (this.judge(bytes.toString('utf8', from, until < 0 ? end : until))) return true;
      at = bytes.indexOf(this.mark, from);
    }
    return false;
  }
}
