import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { answerOf, api } from '../api/client.ts';
import type { Family } from '../api/types.ts';
import { useProblemText } from '../i18n/problem-text.ts';
import { toast } from '../ui/toast.tsx';
import type { Actions } from './actions.ts';
import { createMarkActions } from './mark-actions.ts';
import { createRun } from './run.ts';
import { createTrashActions } from './trash-actions.ts';

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
        let count = 0;
        try {
          for (const { id } of pictures) {
            await answerOf(api.inputs.copy.$post({ query: {}, json: { source, id } }));
            count += 1;
          }
        } catch (error) {
          toast({ text: problemText(error) });
        }
        if (count > 0) toast({ text: t('copied', { count }) });
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
