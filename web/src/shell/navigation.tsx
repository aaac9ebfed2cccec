import { Image, Images, Link2, Trash2, UserRound } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, useRoute } from 'wouter';
import { BASE_PATH } from '../base-path.ts';
import style from './shell.module.css';

interface TabProps {
  readonly href: string;
  readonly label: string;
  readonly icon: typeof Image;
}

/** The pages of an owner. */
export function Navigation() {
  const { t } = useTranslation(['common', 'gallery', 'inputs', 'trash', 'shares', 'settings']);
  return (
    <>
      <Link href="/" className={style.brand ?? ''} aria-label="Kiroku">
        <img src={`${BASE_PATH}/icon.svg`} alt="" />
        <span>Kiroku</span>
      </Link>
      <nav aria-label={t('mainNavigation')}>
        <ul className={style.tabs}>
          <Tab href="/" label={t('gallery:title')} icon={Images} />
          <Tab href="/inputs" label={t('inputs:title')} icon={Image} />
          <Tab href="/shares" label={t('shares:title')} icon={Link2} />
          <Tab href="/trash" label={t('trash:title')} icon={Trash2} />
          <Tab href="/you" label={t('settings:title')} icon={UserRound} />
        </ul>
      </nav>
    </>
  );
}

function Tab({ href, label, icon: Icon }: TabProps) {
  const [isHere] = useRoute(href);
  return (
    <li>
      <Link href={href} className={style.tab ?? ''} aria-current={isHere ? 'page' : undefined}>
        <Icon size={18} aria-hidden />
        {label}
      </Link>
    </li>
  );
}
