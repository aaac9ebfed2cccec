import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { answerOf, api } from '../api/client.ts';
import type { Family } from '../api/types.ts';
import { useProblemText } from '../i18n/problem-text.ts';
import { toast } from '../ui/toast.tsx';
import type { Actions } from './actions.ts';
import { inSteps } from './in-steps.ts';
import { createMarkActions } from './mark-actions.ts';
import { createRun, tellOf } from './run.ts';
import { createTrashActions } from './trash-actions.ts';

/** Copied one by one: so many are through before one could read how far it is. */
const FEW_COPIES = 10;

/** What can be done to pictures of this family; see `Actions`. */
export function useActions(family: Family): Actions {
  const { t } = useTranslation('gallery');
  const problemText = useProblemText();
  return useMemo(() => {
    const run = createRun(family, t, problemText);
    return {
      ...createTrashActions(family, run, t),
      ...createMarkActions(family, run, t),
      async zip(pictures) {
        try {
          const json = { ids: pictures.map(({ id }) => id) };
          const { url } = await answerOf(api.images.zip.$post({ query: { link: '1' }, json }));
          download(url);
        } catch (error) {
          toast({ text: problemText(error) });
        }
      },
      async copyToInputs(pictures) {
        const source = family === 'controls' ? 'controls' : 'generated';
        const work = pictures.length > FEW_COPIES ? tellOf(pictures.length, t) : undefined;
        const ids = pictures.map(({ id }) => id);
        const copy = async ([id = '']: readonly string[]) => {
          await answerOf(api.inputs.copy.$post({ query: {}, json: { source, id } }));
          return [{ id, ok: true }];
        };
        const { done, error } = await inSteps(ids, 1, copy, work);
        work?.end();
        if (error !== undefined) toast({ text: problemText(error) });
        if (done.size > 0) toast({ text: t('copied', { count: done.size }) });
      },
    };
  }, [family, t, problemText]);
}

/** The browser's own download: it can be paused, resumed and seen. */
function download(url: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = '';
  link.click();
}
