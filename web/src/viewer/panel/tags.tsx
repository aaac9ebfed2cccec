import { X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { Form } from 'react-aria-components/Form';
import { Tag, TagGroup, TagList } from 'react-aria-components/TagGroup';
import { useTranslation } from 'react-i18next';
import type { Actions } from '../../actions/actions.ts';
import type { Item } from '../../api/types.ts';
import { Highlighted } from '../../find/highlighted.tsx';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import style from './panel.module.css';

/** Its tags: taken off one by one, added as words between commas. */
export function Tags({ item, actions }: { readonly item: Item; readonly actions: Actions }) {
  const { t } = useTranslation('viewer');
  const tags = item.meta.tags.map((tag) => ({ id: tag }));
  return (
    <div className={style.section}>
      <h3>{t('tags')}</h3>
      <TagGroup
        aria-label={t('tags')}
        onRemove={(keys) =>
          void actions.untag(
            [item],
            tags.filter(({ id }) => keys.has(id)).map(({ id }) => id),
          )
        }
      >
        <TagList
          items={tags}
          className={style.tags ?? ''}
          renderEmptyState={() => <span className={style.dim}>{t('noTags')}</span>}
        >
          {({ id }) => (
            <Tag textValue={id} className={style.tag ?? ''}>
              <Highlighted text={id} field="tag" />
              <AriaButton slot="remove" className={style.removeTag ?? ''}>
                <X size={14} aria-hidden />
              </AriaButton>
            </Tag>
          )}
        </TagList>
      </TagGroup>
      <NewTag onAdd={(added) => void actions.tag([item], added)} />
    </div>
  );
}

function NewTag({ onAdd }: { readonly onAdd: (tags: string[]) => void }) {
  const { t } = useTranslation('viewer');
  const [text, setText] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const added = text.split(/[,、，]/u).flatMap((tag) => tag.trim() || []);
    if (added.length > 0) onAdd(added);
    setText('');
  };
  return (
    <Form className={style.newTag ?? ''} onSubmit={submit}>
      <TextField label={t('addTag')} value={text} onChange={setText} autoComplete="off" />
      <Button type="submit">{t('add')}</Button>
    </Form>
  );
}
