import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.ts';
import { foldKeys, pick } from './common-fields.ts';
import type { NamedPart, Recipe, RecipeParts } from './recipe.ts';
import type { Texts } from './texts.ts';
import { countOf, isList, type Loose, nameOf, numberOf, seedOf, sizeOf, textOf } from './values.ts';
import { written } from './written.ts';

const MAX_CHARACTERS = 64;

/** NovelAI: PNG texts of their own names, or the same names in one JSON in UserComment (WebP). */
export function readNovelAi(texts: Texts): Recipe | undefined {
  const wrapped = texts.object('UserComment');
  const get = (name: string) => texts.text(name) ?? textOf(wrapped?.[name]);
  if (get('Software')?.startsWith('NovelAI') !== true) return undefined;
  const within = wrapped?.['Comment'];
  const comment =
    texts.object('Comment') ??
    (within !== undefined && isJsonObject(within) ? within : texts.objectIn(textOf(within) ?? '')) ??
    wrapped;
  const description = get('Description') ?? texts.text('ImageDescription');
  const parts = {
    prompt: description,
    ...commentParts(comment ?? {}, description),
    model: modelOf(get('Source')),
  };
  return written('novelai', parts, { confidence: comment === undefined ? 'medium' : 'high' });
}

function commentParts(comment: JsonObject, description: string | undefined): Loose<RecipeParts> {
  const fields = foldKeys(comment);
  const prompt = captionOf(fields.get('v4prompt'));
  const negative = captionOf(fields.get('v4negativeprompt'));
  const mode = modeOf(fields.get('requesttype'));
  return {
    prompt: prompt.base ?? textOf(fields.get('prompt')) ?? description,
    negativePrompt: negative.base ?? textOf(fields.get('uc')),
    characters: prompt.characters.length === 0 ? undefined : prompt.characters,
    seed: seedOf(pick(fields, 'seed', 'extranoiseseed')),
    steps: countOf(fields.get('steps')),
    cfg: numberOf(fields.get('scale')),
    sampler: nameOf(fields.get('sampler')),
    scheduler: nameOf(fields.get('noiseschedule')),
    denoise: mode === 'img2img' || mode === 'inpaint' ? numberOf(fields.get('strength')) : undefined,
    requested: sizeOf(fields.get('width'), fields.get('height')),
    mode,
  };
}

interface Caption {
  readonly base: string | undefined;
  readonly characters: readonly string[];
}

/** A prompt since V4: one text for the picture, and one for each character in it. */
function captionOf(value: JsonValue | undefined): Caption {
  const caption = value !== undefined && isJsonObject(value) ? value['caption'] : undefined;
  if (caption === undefined || !isJsonObject(caption)) return { base: undefined, characters: [] };
  const list = caption['char_captions'];
  const characters = (isList(list) ? list.slice(0, MAX_CHARACTERS) : []).flatMap((one) => {
    const text = isJsonObject(one) ? textOf(one['char_caption']) : undefined;
    return text === undefined || text.trim() === '' ? [] : [text];
  });
  return { base: textOf(caption['base_caption']), characters };
}

function modeOf(value: JsonValue | undefined): RecipeParts['mode'] {
  const word = textOf(value) ?? '';
  if (word.startsWith('PromptGenerate')) return 'txt2img';
  if (word.startsWith('Img2Img')) return 'img2img';
  return word.includes('Infilling') ? 'inpaint' : undefined;
}

/** `NovelAI Diffusion V4 37C2B166`: the model's name, and a hash of eight digits. */
function modelOf(source: string | undefined): NamedPart | undefined {
  const name = nameOf(source);
  if (name === undefined) return undefined;
  const match = /^(.+) ([0-9A-F]{8})$/.exec(name.slice(0, 256));
  return match === null ? { name } : { name: match[1] ?? name, hash: match[2] ?? '' };
}
