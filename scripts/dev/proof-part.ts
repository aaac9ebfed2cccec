/** One part of `npm run proof`: an attack on the server of any size, which always does the same for the same seed. */
export interface ProofPart {
  /** One sentence: what is tried, and what must hold. */
  readonly what: string;
  /** What one of `cycles` is, in the plural: `kills`, `crash states`. */
  readonly unit: string;
  /** How many the suite (`npm test`) runs, and how many the command runs when it is not told. */
  readonly sizes: { readonly ci: number; readonly command: number };
  run(options: ProofOptions): Promise<ProofResult>;
}

export interface ProofOptions {
  readonly cycles: number;
  readonly seed: number;
  /** A line of progress. */
  readonly say: (line: string) => void;
  /**
   * The machine does other things meanwhile, as in `npm test`, so that speed is a figure and no promise; deadlines are wide. What
   * `--ci` says; parts that have no such promise ignore it.
   */
  readonly busy?: boolean;
  /** What to look for, taken from `--only`; parts that have nothing to choose from ignore it. */
  readonly only?: string | undefined;
  /** Processes side by side, taken from `--jobs`; parts that are one process ignore it. */
  readonly jobs?: number | undefined;
}

export interface ProofResult {
  /** What was counted or measured, in the order in which it is to be read. */
  readonly figures: readonly ProofFigure[];
  /** Every promise found broken, in words that say where and how to see it again; empty when all of them hold. */
  readonly breaches: readonly string[];
}

export interface ProofFigure {
  readonly name: string;
  /** A number, or one with its unit. */
  readonly value: number | string;
}
