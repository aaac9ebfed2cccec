import { useEffect, useRef, useState } from 'react';

/** Long enough not to ask for every letter, ms. */
const PAUSE_MS = 200;

/** A field's text: it runs ahead of what is asked for by a pause, and follows when that changes otherwise. */
export function useTyped(
  value: string,
  onPause: (text: string) => void,
): [text: string, change: (text: string) => void] {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  const latest = useRef(onPause);
  latest.current = onPause;
  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value;
    setText(value);
  }, [value]);
  useEffect(() => {
    if (text === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = text;
      latest.current(text);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return [text, setText];
}
