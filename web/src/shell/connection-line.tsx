import { useEffect, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { connection } from '../api/connection.ts';
import { formatTime } from '../i18n/format.ts';
import style from './shell.module.css';

/** Says over the lower edge that nobody answers, and of when what is shown is; nothing while all is well. */
export function ConnectionLine() {
  const { t } = useTranslation('common');
  const since = useSyncExternalStore(connection.subscribe, () => connection.goneSince);
  useEffect(() => {
    const leave = new AbortController();
    const { signal } = leave;
    // what the browser says of its network is a hint: a server on this machine is there without any
    addEventListener('offline', connection.suspect, { signal });
    addEventListener('online', connection.lookNow, { signal });
    return () => leave.abort();
  }, []);
  return (
    <div role="status" className={style.connection}>
      {since === undefined ? null : (
        <p className={style.gone}>{t('noConnection', { time: formatTime(new Date(since).toISOString()) })}</p>
      )}
    </div>
  );
}
