import { Download, KeyRound } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { BASE_PATH } from '../base-path.ts';
import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { ConfirmDialog } from '../ui/dialog.tsx';
import { Failure } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { hideGuestNotice } from './guest-notice-state.ts';
import { codeFile, save } from './recovery-code.ts';
import style from './settings.module.css';
import { useMakeCode, useRevokeCode } from './use-identity.ts';

/** The code by which another browser gets a guest's pictures. */
export function CodePart({ owner, hasPictures }: { readonly owner: string; readonly hasPictures: boolean }) {
  const { t } = useTranslation('settings');
  const make = useMakeCode();
  const [isRevoking, setRevoking] = useState(false);
  const code = make.data?.code;
  return (
    <div className={style.part}>
      <h3>{t('codeTitle')}</h3>
      <p>{t('codeText')}</p>
      {code === undefined ? null : <NewCode code={code} />}
      {make.error === null ? null : <Failure error={make.error} />}
      {hasPictures ? (
        <div className={style.buttons}>
          <Button
            kind={code === undefined ? 'primary' : 'plain'}
            isPending={make.isPending}
            onPress={() => make.mutate(undefined, { onSuccess: () => hideGuestNotice(owner) })}
          >
            <KeyRound size={18} aria-hidden />
            {t(code === undefined ? 'makeCode' : 'makeAnotherCode')}
          </Button>
          <Button kind="quiet" onPress={() => setRevoking(true)}>
            {t('revokeCode')}
          </Button>
        </div>
      ) : (
        <p className={style.dim}>{t('codeLater')}</p>
      )}
      <RevokeDialog isOpen={isRevoking} onClose={() => setRevoking(false)} onRevoked={make.reset} />
    </div>
  );
}

function NewCode({ code }: { readonly code: string }) {
  const { t } = useTranslation('settings');
  const download = () => {
    const address = `${window.location.origin}${BASE_PATH}/you`;
    save(codeFile(code, t('codeFileText'), address), 'kiroku-recovery-code.txt');
  };
  return (
    <div className={style.newCode} role="status">
      <p>
        <strong>{t('codeOnce')}</strong>
      </p>
      <code className={style.code}>{code}</code>
      <div className={style.buttons}>
        <CopyButton text={code} label={t('copyCode')} />
        <Button onPress={download}>
          <Download size={18} aria-hidden />
          {t('saveCode')}
        </Button>
      </div>
    </div>
  );
}

interface RevokeDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onRevoked: () => void;
}

function RevokeDialog({ isOpen, onClose, onRevoked }: RevokeDialogProps) {
  const { t } = useTranslation('settings');
  const revoke = useRevokeCode();
  const onConfirm = () =>
    revoke.mutate(undefined, {
      onSuccess: () => {
        onRevoked();
        onClose();
        toast({ text: t('codeRevoked') });
      },
    });
  return (
    <ConfirmDialog
      title={t('revokeCodeTitle')}
      action={t('revokeCode')}
      danger
      isBusy={revoke.isPending}
      isOpen={isOpen}
      onConfirm={onConfirm}
      onClose={onClose}
    >
      <p>{t('revokeCodeText')}</p>
      {revoke.error === null ? null : <Failure error={revoke.error} />}
    </ConfirmDialog>
  );
}
