import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Actions } from '../../actions/actions.ts';
import type { Family, Item } from '../../api/types.ts';
import { IconButton } from '../../ui/button.tsx';
import { FileFacts } from './file-facts.tsx';
import { Keyboard } from './keyboard.tsx';
import style from './panel.module.css';
import { Rating } from './rating.tsx';
import { Recipe } from './recipe.tsx';
import { Related } from './related.tsx';
import { Tags } from './tags.tsx';

export interface PanelProps {
  readonly family: Family;
  readonly item: Item;
  readonly actions: Actions;
  readonly isTrash: boolean;
  readonly onClose: () => void;
}

/** All that is known about the picture: beside it, on a phone under it. */
export default function Panel({ family, item, actions, isTrash, onClose }: PanelProps) {
  const { t } = useTranslation(['viewer', 'common']);
  return (
    <section className={style.panel} aria-label={t('details')}>
      <div className={style.head}>
        <h2>{t('details')}</h2>
        <IconButton label={t('common:close')} onPress={onClose}>
          <X size={20} />
        </IconButton>
      </div>
      <Recipe meta={item.meta} />
      {isTrash ? null : (
        <>
          <Rating item={item} actions={actions} />
          <Tags item={item} actions={actions} />
          <Related family={family} id={item.id} />
        </>
      )}
      <FileFacts meta={item.meta} />
      <Keyboard />
    </section>
  );
}
