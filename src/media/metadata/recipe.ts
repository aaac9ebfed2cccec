/**
 * What a generator wrote into a picture about how it was made, in one normal form. Absent is unknown; `''`, `0` and
 * `[]` are values. Nothing here is guessed without saying so (`confidence`, `dynamic`).
 */
export interface Recipe {
  /** `comfyui`, `a1111`, `forge`, `sdnext`, `invokeai`, `novelai`, `swarmui`, `fooocus`, `easydiffusion`, …; `unknown` where none is named. */
  readonly tool: string;
  readonly toolVersion?: string;
  /** Other tools' texts that were found beside it and used (`a1111-text`). */
  readonly also?: readonly string[];
  readonly prompt?: string;
  readonly negativePrompt?: string;
  /** Further prompts of the same picture, each for one person or region in it (NovelAI V4). */
  readonly characters?: readonly string[];
  /** Decimal, 0 … 2^64 − 1. */
  readonly seed?: string;
  readonly steps?: number;
  readonly cfg?: number;
  readonly guidance?: number;
  /** As the tool names it: never translated. */
  readonly sampler?: string;
  readonly scheduler?: string;
  readonly denoise?: number;
  /** 1 is none. */
  readonly clipSkip?: number;
  readonly model?: NamedPart;
  readonly vae?: string;
  readonly loras?: readonly LoraPart[];
  /** Size that was asked for; the picture's own comes from its header alone. */
  readonly requested?: { readonly width: number; readonly height: number };
  /** Name of the picture it was started from, as the tool knew it. */
  readonly initImage?: string;
  readonly mode?: 'txt2img' | 'img2img' | 'inpaint' | 'video';
  /** Sampling passes in the order they ran, where there was more than one. */
  readonly passes?: readonly Pass[];
  /** Where the fields come from: written down as such, or found by walking a graph. */
  readonly origin: 'embedded' | 'graph';
  /** The fields that came from the other of the two: a text beside the graph, or a graph beside the text. */
  readonly fromOther?: readonly (keyof RecipeParts)[];
  readonly confidence: 'high' | 'medium' | 'low';
  /** Fields made at run time, which the file does not hold. */
  readonly dynamic: readonly string[];
  /** Why something was left out; for people, bounded. */
  readonly warnings: readonly string[];
}

export interface NamedPart {
  readonly name: string;
  readonly hash?: string;
}

export interface LoraPart {
  readonly name: string;
  readonly weight?: number;
  readonly clipWeight?: number;
  readonly hash?: string;
}

export interface Pass {
  readonly seed?: string;
  readonly steps?: number;
  readonly cfg?: number;
  readonly sampler?: string;
  readonly scheduler?: string;
  readonly denoise?: number;
}

/** What one reader of one tool's texts finds: everything but what the caller adds. */
export type RecipeParts = Omit<
  Recipe,
  'tool' | 'also' | 'origin' | 'fromOther' | 'confidence' | 'dynamic' | 'warnings'
>;
