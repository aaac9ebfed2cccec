import { type ReactNode, useEffect } from 'react';
import style from './page-head.module.css';

/** The name of the tab and of the entry in the history: what is read aloud first on a new page. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Kiroku`;
    return () => {
      document.title = 'Kiroku';
    };
  }, [title]);
}

/** A page's heading, a line about it, and what can be done with all of it. */
export function PageHead({
  title,
  about,
  children,
}: {
  readonly title: string;
  readonly about?: ReactNode;
  readonly children?: ReactNode;
}) {
  usePageTitle(title);
  return (
    <header className={style.head}>
      <div className={style.words}>
        <h1>{title}</h1>
        {about === undefined ? null : <div className={style.about}>{about}</div>}
      </div>
      {children === undefined ? null : <div className={style.buttons}>{children}</div>}
    </header>
  );
}
