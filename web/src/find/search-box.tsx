import { useQuery } from '@tanstack/react-query';
import { Search, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { FieldError } from 'react-aria-components/FieldError';
import { Input } from 'react-aria-components/Input';
import { SearchField } from 'react-aria-components/SearchField';
import { useTranslation } from 'react-i18next';
import { answerOf, api, until } from '../api/client.ts';
import { isProblem } from '../api/problem.ts';
import type { Family } from '../api/types.ts';
import style from './find.module.css';
import { withValue } from './selection.ts';
import { doneTyping, useSelection } from './selection-url.ts';

/** Long enough not to search for every letter, short enough to be felt as at once. */
const PAUSE_MS = 150;

/** Searches while one types; what cannot be understood is said with its place. */
export function SearchBox({ family }: { readonly family: Family }) {
  const { t } = useTranslation(['find', 'common']);
  const { text, change, finish } = useTypedSearch();
  const input = useRef<HTMLInputElement>(null);
  useSlashKey(input);
  const wrong = useMistake(family);
  return (
    <SearchField
      className={style.search ?? ''}
      aria-label={t('title')}
      value={text}
      onChange={change}
      onSubmit={finish}
      onBlur={finish}
      isInvalid={wrong !== undefined}
      validationBehavior="aria"
    >
      {({ isEmpty }) => (
        <>
          <Search size={18} className={style.glass} aria-hidden />
          <Input
            ref={input}
            className={style.input ?? ''}
            placeholder={t('placeholder')}
            maxLength={1000}
            enterKeyHint="search"
            aria-keyshortcuts="/"
          />
          {isEmpty ? null : (
            <Button className={style.clear ?? ''}>
              <X size={16} aria-hidden />
            </Button>
          )}
          <FieldError className={style.mistake ?? ''}>
            {wrong === undefined ? null : (
              <>
                {t('invalid')}{' '}
                <code>
                  {wrong.query.slice(0, wrong.at)}
                  <mark>{wrong.query.slice(wrong.at) || ' '}</mark>
                </code>
              </>
            )}
          </FieldError>
        </>
      )}
    </SearchField>
  );
}

/** The field's text: it runs ahead of the address by a pause, and follows it when that changes otherwise. */
function useTypedSearch() {
  const [selection, select] = useSelection();
  const q = selection.q ?? '';
  const [text, setText] = useState(q);
  const sent = useRef(q);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef({ selection, text });
  latest.current = { selection, text };
  useEffect(() => {
    if (q === sent.current) return;
    sent.current = q;
    setText(q);
  }, [q]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const send = (value: string) => {
    clearTimeout(timer.current);
    const next = value.trim();
    if (next === sent.current) return;
    sent.current = next;
    select(withValue(latest.current.selection, 'q', next), 'typing');
  };
  const change = (value: string) => {
    setText(value);
    clearTimeout(timer.current);
    // emptied: there is nothing to wait for
    if (value === '') send(value);
    else timer.current = setTimeout(() => send(value), PAUSE_MS);
  };
  const finish = () => {
    send(latest.current.text);
    doneTyping();
  };
  return { text, change, finish };
}

/** `/` goes to the search, unless it is typed somewhere, or something lies over the page. */
function useSlashKey(input: React.RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented)
        return;
      const { target } = event;
      const isTaken =
        target instanceof Element &&
        target.closest('input, textarea, select, [contenteditable], [role=dialog], [role=menu]') !== null;
      if (isTaken) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [input]);
}

/** What the server cannot understand of the search. Asked apart from the list, and for one picture, which costs next to nothing. */
function useMistake(family: Family): { query: string; at: number } | undefined {
  const [{ q = '', tz }] = useSelection();
  const { error } = useQuery({
    queryKey: ['understood', family, q],
    queryFn: ({ signal }) =>
      answerOf(
        api[family].$get({ query: { q, size: '1', ...(tz === undefined ? {} : { tz }) } }, until(signal)),
      ),
    enabled: q !== '',
    retry: false,
    gcTime: 10_000,
  });
  return q !== '' && isProblem(error, 'invalid_query') ? { query: q, at: error.details.at ?? 0 } : undefined;
}
