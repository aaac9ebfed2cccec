import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answerOf, api, until } from '../../api/client.ts';
import { isProblem } from '../../api/problem.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Failure, Notice } from '../../ui/states.tsx';
import { useAddress } from '../address.ts';
import style from '../admin.module.css';
import { WhyFacts } from './why-facts.tsx';

/** Everything that is known about one picture, and what happens to it next. */
export default function WhyPage() {
  const { t } = useTranslation(['admin', 'common']);
  const [params] = useAddress();
  const id = params.get('id') ?? '';
  const user = params.get('user') ?? '';
  const { data, error, isFetching } = useQuery({
    queryKey: ['admin', 'why', id, user],
    queryFn: ({ signal }) =>
      answerOf(
        api.admin.why[':id'].$get(
          { param: { id }, query: user === '' ? {} : { user_id: user } },
          until(signal),
        ),
      ),
    enabled: id !== '',
    staleTime: 0,
  });
  return (
    <>
      <PageHead title={t('admin:why.title')} about={t('admin:why.about')} />
      <WhyForm key={`${id} ${user}`} id={id} user={user} isBusy={isFetching} />
      {isFetching && data === undefined ? <p role="status">{t('common:loading')}</p> : null}
      {isProblem(error, 'not_found') ? <Notice>{t('admin:why.unknown')}</Notice> : null}
      {error === null || isProblem(error, 'not_found') ? null : <Failure error={error} />}
      {data === undefined || error !== null ? null : <WhyFacts facts={data} />}
    </>
  );
}

interface WhyFormProps {
  readonly id: string;
  readonly user: string;
  readonly isBusy: boolean;
}

function WhyForm({ id, user, isBusy }: WhyFormProps) {
  const { t } = useTranslation('admin');
  const [, change] = useAddress();
  const [wanted, setWanted] = useState(id);
  const [whose, setWhose] = useState(user);
  return (
    <form
      className={style.fields}
      onSubmit={(event) => {
        event.preventDefault();
        change({ id: wanted.trim().toLowerCase(), user: whose.trim().toLowerCase() });
      }}
    >
      <div className={style.wide}>
        <TextField label={t('why.id')} value={wanted} onChange={setWanted} autoComplete="off" />
      </div>
      <div className={style.wide}>
        <TextField label={t('why.user')} value={whose} onChange={setWhose} autoComplete="off" />
      </div>
      <Button kind="primary" type="submit" isPending={isBusy} isDisabled={wanted.trim() === ''}>
        {t('why.action')}
      </Button>
    </form>
  );
}
