import type { ReactNode } from 'react';
import style from './settings.module.css';

/** One matter of the page, under a heading of its own. @param id by which a link leads here */
export function Section({
  title,
  id,
  children,
}: {
  readonly title: string;
  readonly id?: string;
  readonly children: ReactNode;
}) {
  return (
    <section className={style.section} {...(id === undefined ? {} : { id })}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}
