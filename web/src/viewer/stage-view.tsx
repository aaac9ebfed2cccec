import { type RefObject, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Sequence } from '../grid/sequence.ts';
import { follow, type Seen } from './follow.ts';
import { slideOf } from './slide-of.ts';
import { createStage, type Stage, type Zoom } from './stage.ts';
import { useVersion } from './use-viewed.ts';
import style from './viewer.module.css';

/** How far around the shown picture the list is loaded, so that the next ones can be decoded ahead. */
const AHEAD = 4;

export interface StageViewProps {
  readonly sequence: Sequence;
  /** What is to be shown. */
  readonly id: string;
  readonly index: number;
  /** For the buttons and keys around it. */
  readonly stage: RefObject<Stage | null>;
  /** Another picture is shown: by a swipe, or because the one before left the list. */
  readonly onShow: (id: string) => void;
  readonly onZoom: (zoom: Zoom) => void;
  readonly onTap: () => void;
  readonly onClose: () => void;
}

/** Keeps the stage and the list together: the stage shows `id`, wherever that is in the list by now. */
export function StageView(props: StageViewProps) {
  const { t } = useTranslation(['viewer', 'common']);
  const { sequence, id, index, stage } = props;
  const version = useVersion(sequence);
  const host = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  const seen = useRef<Seen>({ id, index, total: sequence.total });
  const asked = useRef(id);
  const errorText = t('viewer:cannotLoad');
  const retryText = t('common:retry');

  // biome-ignore lint/correctness/useExhaustiveDependencies: made once; where it begins is read then
  useEffect(() => {
    if (host.current === null) return;
    const loading = new AbortController();
    const show = (place: number) => void showPlace(place, latest, seen, loading.signal);
    const made = createStage({
      host: host.current,
      index: seen.current.index,
      errorText,
      retryText,
      list: {
        total: () => latest.current.sequence.total,
        at: (place) => {
          const item = latest.current.sequence.peek(place);
          return item && slideOf(item);
        },
      },
      onIndex: show,
      onZoom: (zoom) => latest.current.onZoom(zoom),
      onTap: () => latest.current.onTap(),
      onClose: () => latest.current.onClose(),
    });
    stage.current = made;
    return () => {
      loading.abort();
      stage.current = null;
      made.destroy();
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for whatever changed in the list
  useEffect(() => {
    const loading = new AbortController();
    const made = stage.current;
    if (made === null) return;
    if (id !== asked.current) {
      asked.current = id;
      if (id !== seen.current.id) {
        seen.current = { id, index, total: sequence.total };
        made.goTo(index);
      }
    } else keepPlace(made, latest, seen, loading.signal);
    made.refresh();
    void loadAround(seen.current.index, sequence, made, loading.signal);
    return () => loading.abort();
  }, [sequence, version, id]);

  return <div ref={host} className={style.stage} />;
}

type Latest = RefObject<StageViewProps>;
type SeenRef = RefObject<Seen>;

/** The list changed: new pictures in front move nothing; where the shown one went, the next takes its place. */
function keepPlace(stage: Stage, latest: Latest, seen: SeenRef, signal: AbortSignal): void {
  const { sequence, onClose } = latest.current;
  const now = follow(seen.current, sequence);
  const by = now.index - seen.current.index;
  seen.current = { ...seen.current, total: sequence.total };
  if (now.kind === 'moved') {
    seen.current = { ...seen.current, index: now.index };
    stage.shift(by);
  } else if (now.kind === 'gone') {
    if (now.index < 0) onClose();
    else void showPlace(now.index, latest, seen, signal);
  }
}

async function showPlace(index: number, latest: Latest, seen: SeenRef, signal: AbortSignal): Promise<void> {
  const { sequence } = latest.current;
  // nobody yet: what is loaded there in the end is shown
  seen.current = { id: '', index, total: sequence.total };
  const item = sequence.peek(index) ?? (await orNothing(sequence.itemAt(index, signal)));
  // meanwhile somebody went on
  if (item === undefined || signal.aborted || seen.current.index !== index) return;
  seen.current = { id: item.id, index, total: sequence.total };
  latest.current.onShow(item.id);
}

async function loadAround(index: number, list: Sequence, stage: Stage, signal: AbortSignal): Promise<void> {
  for (let step = 0; step <= AHEAD; step += 1) {
    for (const place of step === 0 ? [index] : [index + step, index - step]) {
      if (place < 0 || place >= list.total || list.peek(place) !== undefined) continue;
      await orNothing(list.itemAt(place, signal));
      if (signal.aborted) return;
      stage.refresh();
    }
  }
}

/** A failed or abandoned load leaves the place empty; the next look tries again. */
async function orNothing<T>(loading: Promise<T>): Promise<T | undefined> {
  try {
    return await loading;
  } catch {
    return undefined;
  }
}
