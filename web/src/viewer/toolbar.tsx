import i18next from 'i18next';
import {
  ArrowLeft,
  ChevronLeft,
  ChevronRight,
  Download,
  EllipsisVertical,
  Heart,
  Info,
  Maximize,
  RotateCcw,
  Trash2,
  ZoomIn,
  ZoomOut,
} from 'lucide-react';
import type { RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { isProblem } from '../api/problem.ts';
import type { Family } from '../api/types.ts';
import { formatCount } from '../i18n/format.ts';
import { useProblemText } from '../i18n/problem-text.ts';
import { IconButton, IconToggle } from '../ui/button.tsx';
import { MenuButton, MenuItem } from '../ui/menu.tsx';
import { toast } from '../ui/toast.tsx';
import { downloadOriginal, downloadWorkflow } from './downloads.ts';
import type { Stage, Zoom } from './stage.ts';
import { type CommandContext, ZOOM_STEP } from './use-commands.ts';
import style from './viewer.module.css';

interface ToolbarProps extends CommandContext {
  readonly family: Family;
  readonly zoom: Zoom;
  readonly isPanelOpen: boolean;
  readonly onShare: () => void;
  /** Undefined where there is nothing to compare with. */
  readonly onCompare: (() => void) | undefined;
  readonly onClose: () => void;
}

/** The buttons over the picture. */
export function Toolbar(props: ToolbarProps) {
  const { t } = useTranslation(['viewer', 'common']);
  const { item, place, total, isTrash, actions, remove, isPanelOpen, togglePanel, onClose } = props;
  return (
    <div className={style.toolbar}>
      <IconButton label={t('common:close')} onPress={onClose}>
        <ArrowLeft size={20} />
      </IconButton>
      {total > 1 ? (
        <span className={style.place}>
          {t('place', { count: total, position: formatCount(place + 1), total: formatCount(total) })}
        </span>
      ) : null}
      <span className={style.gap} />
      <ZoomButtons zoom={props.zoom} stage={props.stage} />
      {isTrash ? (
        <IconButton label={t('restore')} onPress={remove}>
          <RotateCcw size={20} />
        </IconButton>
      ) : (
        <>
          <IconToggle
            label={t('favorite')}
            isSelected={item.meta.favorite}
            onChange={(on) => void actions.favorite([item], on)}
          >
            <Heart size={20} fill={item.meta.favorite ? 'currentColor' : 'none'} />
          </IconToggle>
          <IconButton label={t('remove')} onPress={remove}>
            <Trash2 size={20} />
          </IconButton>
        </>
      )}
      <IconToggle label={t('details')} isSelected={isPanelOpen} onChange={togglePanel}>
        <Info size={20} />
      </IconToggle>
      <MoreMenu {...props} />
    </div>
  );
}

function ZoomButtons({ zoom, stage }: Pick<ToolbarProps, 'zoom' | 'stage'>) {
  const { t } = useTranslation('viewer');
  const percent = new Intl.NumberFormat(i18next.language, { style: 'percent' }).format(zoom.level);
  return (
    <span className={style.zoom}>
      <IconButton
        label={t('zoomOut')}
        isDisabled={zoom.isFit}
        onPress={() => stage.current?.zoomBy(1 / ZOOM_STEP)}
      >
        <ZoomOut size={20} />
      </IconButton>
      <span className={style.percent}>
        <span className="visually-hidden">{t('zoomLevel', { percent })}</span>
        <span aria-hidden>{percent}</span>
      </span>
      <IconButton label={t('zoomIn')} onPress={() => stage.current?.zoomBy(ZOOM_STEP)}>
        <ZoomIn size={20} />
      </IconButton>
      <IconButton label={t('fit')} isDisabled={zoom.isFit} onPress={() => stage.current?.fit()}>
        <Maximize size={20} />
      </IconButton>
    </span>
  );
}

function MoreMenu({ item, family, isTrash, actions, onShare, onCompare }: ToolbarProps) {
  const { t } = useTranslation(['viewer', 'common']);
  const problemText = useProblemText();
  const saveWorkflow = () =>
    downloadWorkflow(family, item.id).catch((error: unknown) =>
      toast({ text: isProblem(error, 'not_found') ? t('noWorkflow') : problemText(error) }),
    );
  return (
    <MenuButton
      trigger={
        <IconButton label={t('common:menu')}>
          <EllipsisVertical size={20} />
        </IconButton>
      }
    >
      <MenuItem onAction={() => downloadOriginal(item)}>
        <Download size={18} aria-hidden />
        {t('download')}
      </MenuItem>
      <MenuItem onAction={() => downloadOriginal(item, true)}>{t('downloadClean')}</MenuItem>
      <MenuItem onAction={() => void saveWorkflow()}>{t('downloadWorkflow')}</MenuItem>
      {isTrash || family !== 'images' ? null : <MenuItem onAction={onShare}>{t('share')}</MenuItem>}
      {isTrash || family === 'inputs' ? null : (
        <MenuItem onAction={() => void actions.copyToInputs([item])}>{t('useAsInput')}</MenuItem>
      )}
      {onCompare === undefined ? null : <MenuItem onAction={onCompare}>{t('compareWith')}</MenuItem>}
    </MenuButton>
  );
}

interface ArrowsProps {
  readonly place: number;
  readonly total: number;
  readonly stage: RefObject<Stage | null>;
}

/** For the mouse, and for whoever does not know the keys; a finger swipes. */
export function Arrows({ place, total, stage }: ArrowsProps) {
  const { t } = useTranslation('viewer');
  if (total < 2) return null;
  return (
    <>
      <div className={style.previous}>
        <IconButton
          label={t('previous')}
          isDisabled={place === 0}
          onPress={() => stage.current?.goTo(place - 1)}
        >
          <ChevronLeft size={26} />
        </IconButton>
      </div>
      <div className={style.next}>
        <IconButton
          label={t('next')}
          isDisabled={place === total - 1}
          onPress={() => stage.current?.goTo(place + 1)}
        >
          <ChevronRight size={26} />
        </IconButton>
      </div>
    </>
  );
}
