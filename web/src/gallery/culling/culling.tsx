import { Check, Heart, Trash2, Undo2, X } from 'lucide-react';
import { useEffect, useEffectEvent, useState } from 'react';
import { Dialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { useTranslation } from 'react-i18next';
import type { Actions } from '../../actions/actions.ts';
import type { Item } from '../../api/types.ts';
import { useNameOf } from '../../grid/name-of.ts';
import { formatCount } from '../../i18n/format.ts';
import { takesBelow } from '../../ui/below.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { keyName } from '../../ui/key-name.ts';
import { Progress } from '../../ui/meter.tsx';
import { Select } from '../../ui/select.tsx';
import { Failure } from '../../ui/states.tsx';
import type { Course } from './course.ts';
import style from './culling.module.css';
import { useAhead } from './use-ahead.ts';
import { RATINGS, useVerdicts } from './use-verdicts.ts';
import { tallyOf } from './verdicts.ts';

interface CullingProps {
  readonly course: Course;
  readonly actions: Actions;
  /** @param id the picture that was on view */
  readonly onClose: (id: string | undefined) => void;
}

/** One picture after the other fills the screen: a key keeps, throws away or rates it, and the next is there. */
export default function Culling({ course, actions, onClose }: CullingProps) {
  const { t } = useTranslation('gallery');
  const [tries, setTries] = useState(0);
  const verdicts = useVerdicts(actions);
  const { index } = verdicts;
  const { items, isLoading, error } = useAhead(course, index, tries);
  const [item] = items;
  useEffect(() => () => course.stop(), [course]);
  useKeys(verdicts, item);
  const close = () => onClose(item?.id);
  const { kept, trashed } = tallyOf(verdicts.all);
  const done = t('cullDone', { kept: formatCount(kept), trashed: formatCount(trashed) });

  return (
    <ModalOverlay className={style.overlay ?? ''} isOpen onOpenChange={(isOpen) => !isOpen && close()}>
      <Modal className={style.modal ?? ''}>
        <Dialog className={style.dialog ?? ''}>
          <div className={style.inside}>
            <header className={style.head}>
              <IconButton label={t('cullClose')} onPress={close}>
                <X size={20} />
              </IconButton>
              <Heading slot="title" className={style.title ?? ''}>
                {t('cull')}
              </Heading>
              <Progress
                label={done}
                value={Math.min(index, course.total)}
                most={Math.max(1, course.total)}
                text={t('cullPlace', {
                  place: formatCount(Math.min(index + 1, course.total)),
                  total: formatCount(course.total),
                })}
              />
            </header>
            <div className={style.stage}>
              {error === undefined ? null : <Failure error={error} onRetry={() => setTries(tries + 1)} />}
              {item === undefined && !isLoading && error === undefined ? (
                <div className={style.end}>
                  <p>{t('cullEnd')}</p>
                  <p>{done}</p>
                  <Button kind="primary" onPress={close}>
                    {t('cullClose')}
                  </Button>
                </div>
              ) : (
                <Stack items={items} />
              )}
            </div>
            <Verbs verdicts={verdicts} item={item} />
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

/** The picture on view over those that come: they are decoded by the time they are wanted. */
function Stack({ items }: { readonly items: readonly (Item | undefined)[] }) {
  const nameOf = useNameOf();
  return items.map((item, at) =>
    item === undefined ? null : (
      <img
        key={item.id}
        className={style.picture}
        src={item.url}
        alt={at === 0 ? nameOf(item) : ''}
        aria-hidden={at > 0}
        data-on-view={at === 0 || undefined}
        ref={(image) => {
          // decoding ahead: drawing it later costs nothing. A failure shows as the broken picture that it is
          image?.decode().catch(() => undefined);
        }}
      />
    ),
  );
}

type Verdicts = ReturnType<typeof useVerdicts>;

/** Keys of the whole window, wherever the focus is in it; every one of them is a button too. */
function useKeys(verdicts: Verdicts, item: Item | undefined): void {
  const latest = useEffectEvent((event: KeyboardEvent) => {
    if (isOthers(event) || !act(event, verdicts, item)) return;
    event.preventDefault();
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => latest(event);
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}

/** Keys that mean something where they were pressed. */
function isOthers({ target, key, altKey }: KeyboardEvent): boolean {
  if (altKey || !(target instanceof Element)) return true;
  if (target.closest('[role="listbox"], [role="alertdialog"]') !== null) return true;
  return key === 'Enter' && target instanceof HTMLButtonElement;
}

function act(event: KeyboardEvent, verdicts: Verdicts, item: Item | undefined): boolean {
  const key = keyName(event);
  const isCommand = event.ctrlKey || event.metaKey;
  if (key === 'u' || (key === 'z' && isCommand)) verdicts.undo();
  else if (isCommand) return false;
  else if (key === 'ArrowLeft') verdicts.back();
  else if (item === undefined) return false;
  else if (key === 'ArrowRight') verdicts.skip();
  else if (key === 'x' || key === 'Delete') verdicts.trash(item);
  else if (key === 'k' || key === 'Enter') verdicts.keep(item);
  else if (key === 'f') verdicts.favorite(item);
  else if (/^[0-5]$/.test(key)) verdicts.rate(item, Number(key));
  else return false;
  return true;
}

function Verbs({ verdicts, item }: { readonly verdicts: Verdicts; readonly item: Item | undefined }) {
  const { t } = useTranslation('gallery');
  const isOff = item === undefined;
  const on = (act: (item: Item) => void) => () => {
    if (item !== undefined) act(item);
  };
  const rating = item === undefined ? null : verdicts.ratingOf(item);
  return (
    <footer className={style.verbs} ref={takesBelow}>
      <IconButton label={t('cullUndo')} isDisabled={verdicts.all.length === 0} onPress={verdicts.undo}>
        <Undo2 size={20} />
      </IconButton>
      <Button kind="danger" isDisabled={isOff} onPress={on(verdicts.trash)}>
        <Trash2 size={18} aria-hidden />
        {t('trash')} <kbd aria-hidden>x</kbd>
      </Button>
      <Button kind="primary" isDisabled={isOff} onPress={on(verdicts.keep)}>
        <Check size={18} aria-hidden />
        {t('cullKeep')} <kbd aria-hidden>k</kbd>
      </Button>
      <fieldset className={style.ratings} aria-label={t('rating')}>
        {RATINGS.map((value) => (
          <Button
            key={value}
            kind={rating === value ? 'primary' : 'quiet'}
            isDisabled={isOff}
            aria-label={t('rateAs', { rating: value })}
            aria-pressed={rating === value}
            onPress={on((one) => verdicts.rate(one, value))}
          >
            {value}
          </Button>
        ))}
      </fieldset>
      <IconButton label={t('favorite')} isDisabled={isOff} onPress={on(verdicts.favorite)}>
        <Heart size={20} fill={item !== undefined && verdicts.isFavorite(item) ? 'currentColor' : 'none'} />
      </IconButton>
      <Select
        label={t('cullAlso')}
        isLabelHidden
        value={verdicts.also}
        onChange={verdicts.setAlso}
        options={[
          { value: 'nothing', label: t('cullAlsoNothing') },
          { value: 'favorite', label: t('cullAlsoFavorite') },
          { value: 'tag', label: t('cullAlsoTag', { tag: verdicts.tag }) },
        ]}
      />
    </footer>
  );
}
