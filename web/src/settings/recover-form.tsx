import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isProblem } from '../api/problem.ts';
import { useProblemText } from '../i18n/problem-text.ts';
import { Button } from '../ui/button.tsx';
import { Dialog, DialogActions } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { Failure } from '../ui/states.tsx';
import style from './settings.module.css';
import { useRecover } from './use-identity.ts';

/** "This is my other device": brings the pictures of another browser here. */
export function RecoverPart() {
  const { t } = useTranslation('settings');
  const [code, setCode] = useState('');
  const recover = useRecover();
  const wrong = useWrongCode(recover.error);
  // the page is being left for the gallery
  const isBusy = recover.isPending || recover.isSuccess;
  return (
    <div className={style.part}>
      <h3>{t('recoverTitle')}</h3>
      <p>{t('recoverText')}</p>
      <form
        className={style.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (code.trim() !== '') recover.mutate({ code: code.trim() });
        }}
      >
        <TextField
          label={t('code')}
          value={code}
          maxLength={200}
          autoComplete="off"
          spellCheck="false"
          placeholder="KR1-XXXX-XXXX-…"
          onChange={(text) => {
            setCode(text);
            if (recover.isError) recover.reset();
          }}
          {...(wrong === undefined ? {} : { error: wrong })}
        />
        <Button type="submit" isPending={isBusy} isDisabled={code.trim() === ''}>
          {t('recover')}
        </Button>
      </form>
      <MergeDialog
        code={code.trim()}
        isOpen={isProblem(recover.error, 'merge_undecided')}
        onClose={recover.reset}
      />
    </div>
  );
}

/** What to say under the field; the question about own pictures is no error. */
function useWrongCode(error: unknown): string | undefined {
  const { t } = useTranslation('settings');
  const problemText = useProblemText();
  if (error === null || isProblem(error, 'merge_undecided')) return undefined;
  return isProblem(error, 'forbidden') ? t('codeWrong') : problemText(error);
}

interface MergeDialogProps {
  readonly code: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** This browser has pictures too: what becomes of them is asked, and not guessed. */
function MergeDialog({ code, isOpen, onClose }: MergeDialogProps) {
  const { t } = useTranslation(['settings', 'common']);
  const recover = useRecover();
  const isBusy = recover.isPending || recover.isSuccess;
  return (
    <Dialog title={t('settings:mergeTitle')} isOpen={isOpen} onClose={onClose}>
      <p>{t('settings:mergeText')}</p>
      {recover.error === null ? null : <Failure error={recover.error} />}
      <DialogActions>
        <Button onPress={onClose}>{t('common:cancel')}</Button>
        <Button isDisabled={isBusy} onPress={() => recover.mutate({ code, merge: false })}>
          {t('settings:leaveBehind')}
        </Button>
        <Button kind="primary" isPending={isBusy} onPress={() => recover.mutate({ code, merge: true })}>
          {t('settings:takeAlong')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
