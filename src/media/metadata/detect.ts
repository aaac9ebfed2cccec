import { readDrawThings } from './draw-things.ts';
import { readEasyDiffusion } from './easy-diffusion.ts';
import type { Embedded } from './embedded.ts';
import { readFooocus } from './fooocus.ts';
import { readAnyA1111, readGenericJson } from './generic.ts';
import { type ComfyOptions, readComfyUi, withText } from './graph-and-text.ts';
import { readCivitai, readTensorArt } from './hosted.ts';
import { readInvokeAi } from './invokeai.ts';
import { readNovelAi } from './novelai.ts';
import type { Recipe } from './recipe.ts';
import { readStabilityMatrix } from './stability-matrix.ts';
import { readSwarmUi } from './swarmui.ts';
import { createTexts } from './texts.ts';

/**
 * Which tool made the picture, and what it wrote. The order matters: several tools use another's keyword for something
 * of their own, and more than one text may be there. The first reader that knows its own wins.
 */
export function detectRecipe(
  embedded: Pick<Embedded, 'texts' | 'graphs'>,
  options: ComfyOptions = {},
): Recipe | undefined {
  if (embedded.texts.length === 0) return undefined;
  const texts = createTexts(embedded.texts);
  const graph = () => readComfyUi(texts, embedded.graphs, options);
  return (
    readNovelAi(texts) ??
    readDrawThings(texts) ??
    readInvokeAi(texts) ??
    readTensorArt(texts) ??
    readStabilityMatrix(texts, graph) ??
    readCivitai(texts) ??
    readFooocus(texts) ??
    readEasyDiffusion(texts) ??
    readSwarmUi(texts) ??
    graphWithText(graph, () => readAnyA1111(texts)) ??
    readGenericJson(texts) ??
    readAnyA1111(texts)
  );
}

function graphWithText(graph: () => Recipe | undefined, text: () => Recipe | undefined): Recipe | undefined {
  const walked = graph();
  return walked === undefined ? undefined : withText(walked, text());
}
