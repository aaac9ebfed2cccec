import type { Owner } from '../../../domain/owner.ts';
import type { TextTerm } from './text-term.ts';

/**
 * Reading, matching and writing of search files, wherever it is done: beside the caller (`createDirectTextIndex`) or in
 * a thread of its own (`createWorkerTextIndex`). Everything that is given and answered is plain data.
 */
export interface TextIndex {
  /** What an owner's file holds of this epoch; undefined where there is none that can be used. */
  open(owner: Owner, epoch: string): Promise<OpenedText | undefined>;
  /** A new, empty file beside the present one, whose name it takes when it is published. */
  create(owner: Owner, epoch: string): Promise<TextFile>;
  close(): Promise<void>;
}

export interface OpenedText {
  readonly file: TextFile;
  readonly blocks: BlockFacts;
}

/** What whoever searches must know of some blocks, in their order. */
export interface BlockFacts {
  /** Pictures of each. */
  readonly counts: Uint16Array;
  /** The `seq` of each picture's line, block after block. */
  readonly seqs: Uint32Array;
  /** `SIGNATURE_BYTES` of each. */
  readonly signatures: Uint8Array;
}

/** Lines of a manifest, wherever they lie in the file of this inode. */
export interface Places {
  readonly inode: string;
  readonly offsets: Float64Array;
  readonly lengths: Uint32Array;
  readonly seqs: Uint32Array;
}

export type Appended =
  | {
      readonly state: 'appended';
      /** How many of the places were taken, from the first on; at least one. */
      readonly taken: number;
      readonly blocks: BlockFacts;
      /** Why they could not be written and are kept in memory. */
      readonly unwritten?: string;
    }
  | ManifestTrouble;

export type ManifestTrouble =
  /** Another manifest lies there by now: its places are others. */
  | { readonly state: 'replaced' }
  /** A line is not what the index says. */
  | { readonly state: 'damaged'; readonly why: string };

/** One search file, open until it is closed, whatever becomes of its name. */
export interface TextFile {
  /**
   * Reads the lines at `places`, and adds their texts as new blocks.
   * @throws KirokuError as the storage; `disk_full` and the like when neither the disk nor memory can take them
   */
  append(places: Places): Promise<Appended>;
  /**
   * Which of the pictures in `sets` (`SET_BYTES` for each of `blocks`) the terms hold for, as such sets; undefined when
   * what lies on the disk is not what was written. @throws KirokuError as the storage
   */
  match(blocks: Uint32Array, sets: Uint8Array, terms: readonly TextTerm[]): Promise<Uint8Array | undefined>;
  /** Whether the text of a block's picture was made from the line at the only one of `places`. */
  isMadeFrom(block: number, picture: number, places: Places): Promise<boolean>;
  /** Gives the file its lasting name; false when that is not possible. */
  publish(): Promise<boolean>;
  close(): Promise<void>;
}
