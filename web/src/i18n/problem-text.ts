import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from '../api/problem.ts';
import en from './en/problems.ts';

type Known = keyof typeof en;

/** Says a failure in the reader's language: by its code, or in the server's own words where the code has no text here. */
export function useProblemText(): (error: unknown) => string {
  const { t } = useTranslation('problems');
  return useCallback(
    (error) => {
      if (!(error instanceof ApiProblem)) return t('unknown');
      return isKnown(error.code) ? t(error.code) : error.message;
    },
    [t],
  );
}

function isKnown(code: string): code is Known {
  return Object.hasOwn(en, code);
}
