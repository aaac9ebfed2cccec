import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../ui/button.tsx';
import { Dialog, DialogActions } from '../ui/dialog.tsx';
import { Switch, TextField } from '../ui/field.tsx';
import { Select } from '../ui/select.tsx';
import { Failure } from '../ui/states.tsx';
import { ShareLink } from './share-link.tsx';
import { FIRST_CHOICES, LIFETIME_NAMES, MOST_SHARED, type ShareChoices } from './share-options.ts';
import style from './shares.module.css';
import { useCreateShare } from './use-shares.ts';

export interface ShareDialogProps {
  /** Of generated pictures, in the order in which they are to be shown. */
  readonly ids: readonly string[];
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Makes a link for others, and then shows it. */
export default function ShareDialog({ ids, isOpen, onClose }: ShareDialogProps) {
  const { t } = useTranslation('shares');
  return (
    <Dialog title={t('dialogTitle', { count: ids.length })} isOpen={isOpen} onClose={onClose}>
      <ShareSteps ids={ids} onClose={onClose} />
    </Dialog>
  );
}

/** Inside the dialog, so that each opening begins anew. */
function ShareSteps({ ids, onClose }: Omit<ShareDialogProps, 'isOpen'>) {
  const { t } = useTranslation(['shares', 'common']);
  const [choices, setChoices] = useState(FIRST_CHOICES);
  const create = useCreateShare();
  if (create.data !== undefined) return <ShareLink share={create.data} onClose={onClose} />;
  const tooMany = ids.length > MOST_SHARED;
  return (
    <form
      className={style.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (!tooMany) create.mutate({ ids, choices });
      }}
    >
      <Choices choices={choices} onChange={(some) => setChoices({ ...choices, ...some })} />
      {tooMany ? <p role="alert">{t('shares:tooMany', { most: MOST_SHARED })}</p> : null}
      {create.error === null ? null : <Failure error={create.error} />}
      <DialogActions>
        <Button onPress={onClose}>{t('common:cancel')}</Button>
        <Button type="submit" kind="primary" isPending={create.isPending} isDisabled={tooMany}>
          {t('shares:create')}
        </Button>
      </DialogActions>
    </form>
  );
}

function Choices({
  choices,
  onChange,
}: {
  readonly choices: ShareChoices;
  readonly onChange: (some: Partial<ShareChoices>) => void;
}) {
  const { t } = useTranslation('shares');
  return (
    <>
      <TextField
        label={t('name')}
        help={t('nameHelp')}
        value={choices.name}
        maxLength={100}
        autoFocus
        onChange={(name) => onChange({ name })}
      />
      <Select
        label={t('lifetime')}
        options={LIFETIME_NAMES.map((value) => ({ value, label: t(`lifetimes.${value}`) }))}
        value={choices.lifetime}
        onChange={(lifetime) => onChange({ lifetime })}
      />
      <div className={style.switches}>
        <Switch isSelected={choices.thumbnailOnly} onChange={(thumbnailOnly) => onChange({ thumbnailOnly })}>
          {t('thumbnailOnly')}
        </Switch>
        <Switch isSelected={choices.showPrompt} onChange={(showPrompt) => onChange({ showPrompt })}>
          {t('showPrompt')}
        </Switch>
        <Switch
          isSelected={choices.stripMetadata || choices.thumbnailOnly}
          isDisabled={choices.thumbnailOnly}
          onChange={(stripMetadata) => onChange({ stripMetadata })}
        >
          {t('stripMetadata')}
        </Switch>
      </div>
    </>
  );
}
