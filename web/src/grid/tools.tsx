import { Layers, SquareCheckBig } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ActionName } from '../actions/action-name.ts';
import { formatCount } from '../i18n/format.ts';
import { Button } from '../ui/button.tsx';
import type { Collection } from './collection-types.ts';
import style from './grid.module.css';

interface ToolsProps {
  readonly list: Collection;
  readonly allowed: readonly ActionName[];
  readonly onCull: () => void;
}

/** How many there are, and what can be begun with them without a key or a long press. */
export function Tools({ list, allowed, onCull }: ToolsProps) {
  const { t } = useTranslation('gallery');
  const count = list.total;
  return (
    <div className={style.tools}>
      <span className={style.count}>{t('pictures', { count, number: formatCount(count) })}</span>
      <Button kind="quiet" onPress={() => list.picks.turn(true)}>
        <SquareCheckBig size={18} aria-hidden />
        {t('select')}
      </Button>
      {allowed.includes('cull') ? (
        <Button kind="quiet" onPress={onCull}>
          <Layers size={18} aria-hidden />
          {t('cull')}
        </Button>
      ) : null}
    </div>
  );
}
