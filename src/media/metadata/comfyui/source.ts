import type { RecipeParts } from '../recipe.ts';
import { known } from './found.ts';
import { type GraphNode, linkOf, literalOf } from './graph.ts';
import { resolve, resolveFirst } from './literals.ts';
import { pictureLinks, upstreamOf } from './upstream.ts';
import type { Walk } from './walk.ts';
import { NUMBER, TEXT } from './wanted.ts';

type Source = Pick<RecipeParts, 'requested' | 'initImage' | 'mode'>;

const LOADS = /load.*image|image.*load|loadimage/i;
const LOADED_NAMES = ['image', 'image_path', 'path', 'file', 'filename', 'url'];
const LENGTHS = ['length', 'video_frames', 'num_frames', 'frames'];
const MASKS = /inpaint|noise ?mask/i;
const MAX_NAME = 255;
const MAX_SIDE = 1_000_000;

/** What a first pass was started from: nothing, of a size; or a picture. */
export function sourceOf(walk: Walk, sampler: GraphNode): Source {
  const { between } = upstreamOf(walk, pictureLinks(walk, sampler));
  const loaders = between.filter((node) => isLoader(walk, node));
  const sized = between.find((node) => sizeOf(walk, node) !== undefined && makesLatent(walk, node));
  const requested = sized === undefined ? undefined : sizeOf(walk, sized);
  const names = new Set(loaders.map((node) => loadedName(walk, node)));
  const [initImage] = names;
  const mode = modeOf(walk, between, loaders.length > 0, sized);
  return {
    ...(requested === undefined ? {} : { requested }),
    ...(names.size !== 1 || initImage === undefined ? {} : { initImage }),
    ...(mode === undefined ? {} : { mode }),
  };
}

function modeOf(
  walk: Walk,
  between: readonly GraphNode[],
  loaded: boolean,
  sized: GraphNode | undefined,
): RecipeParts['mode'] {
  if (sized !== undefined && isFilm(walk, sized)) return 'video';
  if (!loaded) return sized === undefined ? undefined : 'txt2img';
  const masked = between.some(
    (node) => MASKS.test(node.type) && linkOf(walk.graph, node, 'mask') !== undefined,
  );
  return masked ? 'inpaint' : 'img2img';
}

function isLoader(walk: Walk, node: GraphNode): boolean {
  return LOADS.test(node.type) && pictureLinks(walk, node).length === 0;
}

/** Never the picture itself, which some nodes keep as base64. */
function loadedName(walk: Walk, node: GraphNode): string | undefined {
  if (/base64/i.test(node.type)) return undefined;
  const name = known(resolveFirst(walk, node, LOADED_NAMES, TEXT));
  if (name === undefined || name === '' || name.length > MAX_NAME) return undefined;
  return name.replace(/ \[(?:input|output|temp)\]$/, '');
}

/** Scaling nodes have a width and a height as well: only what begins a latent counts. */
function makesLatent(walk: Walk, node: GraphNode): boolean {
  if (/empty|emptylatent/i.test(node.type)) return true;
  const counted = [...LENGTHS, 'batch_size'].some((name) => node.inputs.has(name));
  return (
    counted && !/scale|resize|crop/i.test(node.type) && linkOf(walk.graph, node, 'samples') === undefined
  );
}

function sizeOf(walk: Walk, node: GraphNode): RecipeParts['requested'] {
  const width = known(resolveFirst(walk, node, ['width', 'empty_latent_width'], NUMBER));
  const height = known(resolveFirst(walk, node, ['height', 'empty_latent_height'], NUMBER));
  if (isSide(width) && isSide(height)) return { width, height };
  // One text for both, as in ` 832 x 1216  (portrait)`.
  const text = ['dimensions', 'resolution']
    .map((name) => literalOf(node, name))
    .find((one) => typeof one === 'string');
  const match = /^\s{0,8}(\d{1,6})\s{0,4}[x×]\s{0,4}(\d{1,6})(?!\d)/i.exec(String(text ?? ''));
  if (match === null) return undefined;
  const sides = { width: Number(match[1]), height: Number(match[2]) };
  return isSide(sides.width) && isSide(sides.height) ? sides : undefined;
}

function isSide(value: number | undefined): value is number {
  return value !== undefined && Number.isInteger(value) && value > 0 && value <= MAX_SIDE;
}

function isFilm(walk: Walk, node: GraphNode): boolean {
  const name = LENGTHS.find((one) => node.inputs.has(one));
  const length = name === undefined ? undefined : known(resolve(walk, node, name, NUMBER));
  return length !== undefined && length > 1;
}
