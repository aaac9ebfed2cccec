import type { LoraPart, Pass } from '../recipe.ts';
import { type Conditioning, conditioningAt } from './conditioning.ts';
import { type Draft, emptyDraft, setField } from './draft.ts';
import { isKnownEncoder } from './encoders.ts';
import { DYNAMIC, foundValue, known } from './found.ts';
import type { GraphNode } from './graph.ts';
import { clipAt, type ModelLine, modelAt } from './model.ts';
import { type Settings, settingsOf } from './sampler.ts';
import { sourceOf } from './source.ts';
import type { Walk } from './walk.ts';

/** Everything that a sampler and what leads to it say about a picture. */
export function readFirstPass(walk: Walk, sampler: GraphNode): Draft {
  const draft = emptyDraft();
  const settings = settingsOf(walk, sampler);
  setField(draft, 'seed', settings.seed);
  setField(draft, 'steps', settings.steps);
  setField(draft, 'cfg', settings.cfg);
  setField(draft, 'sampler', settings.sampler);
  setField(draft, 'scheduler', settings.scheduler);
  setField(draft, 'denoise', settings.denoise);
  const positive = readPrompts(walk, draft, settings);
  readModel(walk, draft, settings, positive);
  const source = sourceOf(walk, sampler);
  Object.assign(draft.parts, source);
  // A picture that is part of the prompt (an edit, a reference): it was not made from text alone.
  if (positive?.pictured === true && source.mode === 'txt2img') delete draft.parts.mode;
  return draft;
}

function readPrompts(walk: Walk, draft: Draft, settings: Settings): Conditioning | undefined {
  const { positive, negative } = settings;
  const said = positive === undefined ? undefined : conditioningAt(walk, positive, 'positive');
  if (said !== undefined) {
    setField(draft, 'prompt', said.text);
    if (said.guidance !== undefined) draft.parts.guidance = said.guidance;
  }
  if (negative !== undefined) {
    setField(draft, 'negativePrompt', conditioningAt(walk, negative, 'negative').text);
  }
  return said;
}

function readModel(walk: Walk, draft: Draft, { model }: Settings, said: Conditioning | undefined): void {
  const line = modelAt(walk, model);
  setField(draft, 'model', line.dynamic ? DYNAMIC : foundOr(line.name));
  const [encoder] = said?.encoders ?? [];
  const clip = encoder === undefined ? undefined : clipAt(walk, encoder, line.seen);
  if (clip?.skip !== undefined) draft.parts.clipSkip = clip.skip;
  if (line.lorasDynamic) draft.dynamic.add('loras');
  const loras = lorasOf(line, clip?.loras ?? [], said);
  if (loras !== undefined) draft.parts.loras = loras;
}

const foundOr = (name: string | undefined) =>
  name === undefined ? ({ state: 'absent' } as const) : foundValue({ name });

/**
 * None at all is said only where the whole line was read, and no node of a pack could have taken some from tags in
 * the prompt: ComfyUI's own encoders leave `<lora:…>` as text.
 */
function lorasOf(
  line: ModelLine,
  onClip: readonly LoraPart[],
  said: Conditioning | undefined,
): readonly LoraPart[] | undefined {
  const loras = [...(line.loras ?? []), ...onClip];
  if (loras.length > 0) return loras;
  const tagged = said?.text.state === 'value' && said.text.value.includes('<lora:');
  const certain = !tagged || said.encoders.every(isKnownEncoder);
  return line.loras !== undefined && certain && !line.lorasDynamic ? [] : undefined;
}

/** The settings of one pass of several. */
export function passOf(walk: Walk, sampler: GraphNode): Pass {
  const settings = settingsOf(walk, sampler);
  const [seed, steps, cfg] = [known(settings.seed), known(settings.steps), known(settings.cfg)];
  const [name, scheduler, denoise] = [
    known(settings.sampler),
    known(settings.scheduler),
    known(settings.denoise),
  ];
  return {
    ...(seed === undefined ? {} : { seed }),
    ...(steps === undefined ? {} : { steps }),
    ...(cfg === undefined ? {} : { cfg }),
    ...(name === undefined ? {} : { sampler: name }),
    ...(scheduler === undefined ? {} : { scheduler }),
    ...(denoise === undefined ? {} : { denoise }),
  };
}
