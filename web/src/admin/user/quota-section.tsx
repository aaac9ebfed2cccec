import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useProblemText } from '../../i18n/problem-text.ts';
import { Button } from '../../ui/button.tsx';
import { toast } from '../../ui/toast.tsx';
import style from '../admin.module.css';
import type { UserQuota } from '../types.ts';
import { LimitField } from './limit-field.tsx';
import { draftOf, isSound, type LimitsDraft, limitsOf } from './limits-draft.ts';
import { PolicySelect } from './policy-select.tsx';
import { useSetLimits } from './use-user-quota.ts';

/** Limits of his own for one user. */
export function QuotaSection({ quota }: { readonly quota: UserQuota }) {
  const { t } = useTranslation('admin');
  // another answer of the server begins a new draft
  return (
    <section className={style.section}>
      <h2>{t('limits.title')}</h2>
      <p className={style.dim}>
        {Object.keys(quota.own).length === 0 ? t('limits.asEverybody') : t('limits.own')}
      </p>
      <QuotaForm key={JSON.stringify(quota.own)} quota={quota} />
    </section>
  );
}

function QuotaForm({ quota }: { readonly quota: UserQuota }) {
  const { t } = useTranslation('admin');
  const problemText = useProblemText();
  const [draft, setDraft] = useState(() => draftOf(quota.own));
  const save = useSetLimits(quota.user_id);
  const put = (limits: Parameters<typeof save.mutate>[0]) =>
    save.mutate(limits, {
      onSuccess: () => toast({ text: t('limits.saved') }),
      onError: (error) => toast({ text: problemText(error) }),
    });
  const change = (part: Partial<LimitsDraft>) => setDraft({ ...draft, ...part });
  return (
    <form
      className={style.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (isSound(draft)) put(limitsOf(draft));
      }}
    >
      <div className={style.fields}>
        <LimitField of="bytes" value={draft.bytes} onChange={(bytes) => change({ bytes })} />
        <LimitField of="count" value={draft.count} onChange={(count) => change({ count })} />
        <LimitField of="trash" value={draft.trash} onChange={(trash) => change({ trash })} />
        <PolicySelect value={draft.policy} onChange={(policy) => change({ policy })} />
      </div>
      <p className={style.dim}>{t('limits.help')}</p>
      <div className={style.buttons}>
        <Button kind="primary" type="submit" isDisabled={!isSound(draft)} isPending={save.isPending}>
          {t('limits.save')}
        </Button>
        <Button isDisabled={Object.keys(quota.own).length === 0 || save.isPending} onPress={() => put({})}>
          {t('limits.takeBack')}
        </Button>
      </div>
    </form>
  );
}
