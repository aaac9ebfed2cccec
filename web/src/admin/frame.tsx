import { useMutation, useQueryClient } from '@tanstack/react-query';
import {
  CalendarClock,
  CircleHelp,
  Gauge,
  HardDrive,
  History,
  LogOut,
  ScrollText,
  Trash2,
  Users,
  Wrench,
} from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import { BASE_PATH } from '../base-path.ts';
import { useProblemText } from '../i18n/problem-text.ts';
import { Preferences } from '../shell/preferences.tsx';
import { SkipLink } from '../shell/shell.tsx';
import { IconButton } from '../ui/button.tsx';
import { Toasts, toast } from '../ui/toast.tsx';
import style from './admin.module.css';
import { signOut } from './session.ts';

const PAGES = [
  ['users', Users],
  ['recent', History],
  ['trash', Trash2],
  ['quotas', Gauge],
  ['jobs', CalendarClock],
  ['maintenance', Wrench],
  ['storage', HardDrive],
  ['audit', ScrollText],
  ['why', CircleHelp],
] as const;

/** Around every page of an administrator. */
export function Frame({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation('admin');
  return (
    <>
      <SkipLink />
      <header className={style.bar}>
        <Link href="/" className={style.brand ?? ''} aria-label="Kiroku">
          <img src={`${BASE_PATH}/icon.svg`} alt="" />
          <span>Kiroku</span>
        </Link>
        <span className={style.place}>{t('title')}</span>
        <Preferences />
        <SignOut />
      </header>
      <div className={style.frame}>
        <Pages />
        <main id="content" className={style.main} tabIndex={-1}>
          {children}
        </main>
      </div>
      <Toasts />
    </>
  );
}

function Pages() {
  const { t } = useTranslation('admin');
  const [path] = useLocation();
  // one user's page belongs to all users
  const here = path === '/admin/user' ? '/admin/users' : path;
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    // on a phone the row scrolls sideways: where one is must be in it
    list.current?.querySelector(`[href$="${here}"]`)?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [here]);
  return (
    <nav className={style.nav} aria-label={t('navigation')}>
      <ul ref={list}>
        {PAGES.map(([name, Icon]) => (
          <li key={name}>
            <Link
              href={`/admin/${name}`}
              className={style.tab ?? ''}
              aria-current={here === `/admin/${name}` ? 'page' : undefined}
            >
              <Icon size={18} aria-hidden />
              {t(`pages.${name}`)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function SignOut() {
  const { t } = useTranslation('admin');
  const client = useQueryClient();
  const problemText = useProblemText();
  const leaving = useMutation({
    mutationKey: ['admin', 'sign-out'],
    mutationFn: () => signOut(client),
    onError: (error) => toast({ text: problemText(error) }),
  });
  return (
    <IconButton label={t('signOut')} isPending={leaving.isPending} onPress={() => leaving.mutate()}>
      <LogOut size={20} />
    </IconButton>
  );
}
