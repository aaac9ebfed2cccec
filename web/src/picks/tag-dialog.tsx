import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Actions, Picture } from '../actions/actions.ts';
import { Button } from '../ui/button.tsx';
import { Dialog, DialogActions } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import style from './picks.module.css';

interface TagDialogProps {
  readonly pictures: readonly Picture[];
  readonly actions: Actions;
  readonly onClose: () => void;
}

/** Tags that are offered for taking away. */
const MOST_SHOWN = 30;

/** Gives the picked pictures a tag, or takes one that some of them have. */
export default function TagDialog({ pictures, actions, onClose }: TagDialogProps) {
  const { t } = useTranslation(['gallery', 'common']);
  const [text, setText] = useState('');
  const tags = [...new Set(pictures.flatMap(({ meta }) => meta.tags))].sort().slice(0, MOST_SHOWN);
  const add = (event: FormEvent) => {
    event.preventDefault();
    const wanted = text
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '');
    if (wanted.length > 0) void actions.tag(pictures, wanted);
    onClose();
  };
  return (
    <Dialog title={t('tagTitle', { count: pictures.length })} isOpen onClose={onClose}>
      <form onSubmit={add}>
        <TextField autoFocus label={t('tagField')} help={t('tagHelp')} value={text} onChange={setText} />
        {tags.length === 0 ? null : (
          <>
            <p>{t('tagRemove')}</p>
            <div className={style.tags}>
              {tags.map((tag) => (
                <Button
                  key={tag}
                  aria-label={t('tagRemoveOne', { tag })}
                  onPress={() => {
                    void actions.untag(pictures, [tag]);
                    onClose();
                  }}
                >
                  {tag} ×
                </Button>
              ))}
            </div>
          </>
        )}
        <DialogActions>
          <Button onPress={onClose}>{t('common:cancel')}</Button>
          <Button kind="primary" type="submit">
            {t('tagAdd')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
