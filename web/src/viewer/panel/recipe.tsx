import { useTranslation } from 'react-i18next';
import type { Meta } from '../../api/types.ts';
import { Highlighted } from '../../find/highlighted.tsx';
import type { QueryField } from '../../find/query-words.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { type FieldValue, type RecipeField, recipeOf } from '../recipe/fields.ts';
import { parametersText } from '../recipe/parameters.ts';
import style from './panel.module.css';

/** Texts in which a search is marked, and the term that searches in them alone. */
const SEARCHED: { readonly [F in RecipeField]?: QueryField } = {
  negative_prompt: 'negative',
  model: 'model',
  loras: 'lora',
  sampler: 'sampler',
  scheduler: 'scheduler',
  generator: 'generator',
  workflow_id: 'workflow',
};

/** What it was made with, each to be copied, and all of it as other programs read it. */
export function Recipe({ meta }: { readonly meta: Meta }) {
  const { t } = useTranslation('viewer');
  const fields = recipeOf(meta);
  const text = parametersText(meta);
  // size alone is no recipe
  const isKnown = fields.some(({ field }) => field !== 'size');
  return (
    <div className={style.section}>
      <div className={style.sectionHead}>
        <h3>{t('recipe')}</h3>
        {isKnown ? <CopyButton text={text} label={t('copyAll')} kind="quiet" /> : null}
      </div>
      {isKnown ? null : <p className={style.dim}>{t('noRecipe')}</p>}
      <dl className={style.fields}>
        {fields.map((field) => (
          <Field key={field.field} {...field} />
        ))}
      </dl>
    </div>
  );
}

function Field({ field, text, from }: FieldValue) {
  const { t } = useTranslation('viewer');
  const name = t(`fields.${field}`);
  const searched = SEARCHED[field];
  const isLong = field === 'prompt' || field === 'negative_prompt';
  return (
    <div className={isLong ? style.long : style.short}>
      <dt>{name}</dt>
      <dd className={style.text}>
        <Highlighted text={text} {...(searched === undefined ? {} : { field: searched })} />
        {from === undefined ? null : <From source={from} />}
      </dd>
      <dd className={style.copy}>
        <CopyButton text={text} label={t('copyField', { field: name })} isIcon />
      </dd>
    </div>
  );
}

function From({ source }: { readonly source: string }) {
  const { t } = useTranslation('viewer');
  const text =
    source === 'embedded' || source === 'graph' || source === 'user'
      ? t(`from.${source}`)
      : t('from.other', { source });
  return <small className={style.from}>{text}</small>;
}
