import { useMemo } from 'react';
import { useProblemText } from '../i18n/problem-text.ts';
import { toast } from '../ui/toast.tsx';
import type { Collection } from './collection-types.ts';
import { createRange, type Range } from './range.ts';

export function useRange(list: Collection): Range {
  const problemText = useProblemText();
  return useMemo(
    () => createRange(list, (error) => toast({ text: problemText(error) })),
    [list, problemText],
  );
}
