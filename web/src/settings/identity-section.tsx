import { useTranslation } from 'react-i18next';
import { useMe } from '../api/me.ts';
import type { Me } from '../api/types.ts';
import { formatCount } from '../i18n/format.ts';
import { Button } from '../ui/button.tsx';
import { Failure, Notice } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { CodePart } from './code-section.tsx';
import { RecoverPart } from './recover-form.tsx';
import { Section } from './section.tsx';
import style from './settings.module.css';
import { useClaim } from './use-identity.ts';
import { useUsage } from './use-usage.ts';

/** Who this browser is, and how to be the same in another. */
export function IdentitySection() {
  const { t } = useTranslation(['settings', 'common']);
  const { data: me, error, refetch } = useMe();
  return (
    <Section title={t('settings:identity')} id="identity">
      {error === null ? null : <Failure error={error} onRetry={() => void refetch()} />}
      {me === undefined && error === null ? <p role="status">{t('common:loading')}</p> : null}
      {me?.kind === 'guest' ? <Guest me={me} /> : null}
      {me?.kind === 'member' ? <Member me={me} /> : null}
    </Section>
  );
}

function Guest({ me }: { readonly me: Me }) {
  const { t } = useTranslation('settings');
  const { data: usage } = useUsage();
  const hasPictures = usage !== undefined && usage.count + usage.trash.count > 0;
  return (
    <>
      <p>{t('guestText')}</p>
      <p className={style.dim}>
        {t('owner')} <code>{me.owner}</code>
      </p>
      <CodePart owner={me.owner} hasPictures={hasPictures} />
      <RecoverPart />
    </>
  );
}

function Member({ me }: { readonly me: Me }) {
  const { t } = useTranslation('settings');
  return (
    <>
      <p>
        {t('memberText')} <code>{me.owner}</code>
      </p>
      {me.claimable > 0 ? <Claim count={me.claimable} /> : null}
    </>
  );
}

/** What the same browser stored before its owner signed in. */
function Claim({ count }: { readonly count: number }) {
  const { t } = useTranslation('settings');
  const claim = useClaim(({ moved, left }) => {
    const text = t('claimed', { count: moved });
    toast({ text: left === 0 ? text : `${text} ${t('claimLeft', { count: left })}` });
  });
  return (
    <>
      {claim.error === null ? null : <Failure error={claim.error} />}
      <Notice
        actions={
          <Button kind="primary" isPending={claim.isPending} onPress={() => claim.mutate()}>
            {t('claim')}
          </Button>
        }
      >
        {t('claimText', { count, number: formatCount(count) })}
      </Notice>
    </>
  );
}
