import { Trash2 } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Form } from 'react-aria-components/Form';
import { useTranslation } from 'react-i18next';
import { isProblem } from '../../api/problem.ts';
import type { SavedSearch } from '../../api/types.ts';
import { useProblemText } from '../../i18n/problem-text.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { toast } from '../../ui/toast.tsx';
import { useSelection } from '../selection-url.ts';
import style from './saved.module.css';
import { useSearchChanges, useSearches } from './use-searches.ts';

interface DialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Asks for a name; what was typed is a good one. */
export function SaveSearch({ isOpen, onClose }: DialogProps) {
  const { t } = useTranslation('find');
  return (
    <Dialog title={t('saveNew')} isOpen={isOpen} onClose={onClose}>
      <SaveForm onClose={onClose} />
    </Dialog>
  );
}

function SaveForm({ onClose }: Pick<DialogProps, 'onClose'>) {
  const { t } = useTranslation(['find', 'common']);
  const problemText = useProblemText();
  const [selection] = useSelection();
  const [name, setName] = useState((selection.q ?? [selection.tag ?? []].flat().join(', ')).slice(0, 100));
  const { save } = useSearchChanges();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(
      { name, selection },
      {
        onSuccess: () => {
          toast({ text: t('savedToast', { name }) });
          onClose();
        },
      },
    );
  };
  const error = save.error;
  return (
    <Form className={style.form ?? ''} onSubmit={submit}>
      <TextField
        label={t('name')}
        value={name}
        onChange={setName}
        maxLength={100}
        isRequired
        autoFocus
        error={
          error === null
            ? undefined
            : isProblem(error, 'forbidden')
              ? t('guestCannotSave')
              : problemText(error)
        }
      />
      <DialogActions>
        <Button onPress={onClose}>{t('common:cancel')}</Button>
        <Button kind="primary" type="submit" isPending={save.isPending}>
          {t('saveVerb')}
        </Button>
      </DialogActions>
    </Form>
  );
}

export function ManageSearches({ isOpen, onClose }: DialogProps) {
  const { t } = useTranslation('find');
  const { data: searches = [] } = useSearches();
  return (
    <Dialog title={t('saved')} isOpen={isOpen} onClose={onClose}>
      {searches.length === 0 ? <p>{t('noSaved')}</p> : null}
      <ul className={style.list}>
        {searches.map((search) => (
          <ManagedSearch key={search.id} search={search} />
        ))}
      </ul>
      <DialogActions>
        <Button kind="primary" onPress={onClose}>
          {t('done')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

/** Its name is changed where it stands; what was deleted can be saved again. */
function ManagedSearch({ search }: { readonly search: SavedSearch }) {
  const { t } = useTranslation('find');
  const problemText = useProblemText();
  const [name, setName] = useState(search.name);
  const { rename, remove, save } = useSearchChanges();
  const keepName = () => {
    const wanted = name.trim();
    if (wanted === '') setName(search.name);
    else if (wanted !== search.name) rename.mutate({ id: search.id, name: wanted });
  };
  const forget = () =>
    remove.mutate(search.id, {
      onSuccess: () =>
        toast({
          text: t('deletedToast', { name: search.name }),
          // the row is gone by then, and what it would say of a failure with it
          undo: () =>
            void save
              .mutateAsync({ name: search.name, selection: search.query })
              .catch((problem: unknown) => toast({ text: problemText(problem) })),
        }),
    });
  const error = rename.error ?? remove.error;
  return (
    <li>
      <TextField
        label={t('rename', { name: search.name })}
        value={name}
        onChange={setName}
        onBlur={keepName}
        maxLength={100}
        error={error === null ? undefined : problemText(error)}
      />
      <IconButton label={t('delete', { name: search.name })} onPress={forget}>
        <Trash2 size={18} />
      </IconButton>
    </li>
  );
}
