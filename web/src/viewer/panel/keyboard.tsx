import { ChevronDown } from 'lucide-react';
import { Button } from 'react-aria-components/Button';
import { Disclosure, DisclosurePanel } from 'react-aria-components/Disclosure';
import { Heading } from 'react-aria-components/Heading';
import { useTranslation } from 'react-i18next';
import style from './panel.module.css';

const KEYS = [
  ['move', '← →'],
  ['ends', 'Home End'],
  ['zoom', '+ − 0 1'],
  ['pan', '↑ ↓ ⇧← ⇧→'],
  ['favorite', 'F'],
  ['remove', 'Delete'],
  ['undo', 'Ctrl Z'],
  ['download', 'D'],
  ['panel', 'I'],
  ['close', 'Esc'],
] as const;

/** The keys of the viewer; of no use where there is no keyboard. */
export function Keyboard() {
  const { t } = useTranslation('viewer');
  return (
    <Disclosure className={style.keyboard ?? ''}>
      <Heading level={3}>
        <Button slot="trigger" className={style.trigger ?? ''}>
          {t('keys')}
          <ChevronDown size={16} aria-hidden />
        </Button>
      </Heading>
      <DisclosurePanel>
        <dl className={style.fields}>
          {KEYS.map(([name, keys]) => (
            <div key={name} className={style.short}>
              <dt>
                <kbd>{keys}</kbd>
              </dt>
              <dd>{t(`keyTexts.${name}`)}</dd>
            </div>
          ))}
        </dl>
      </DisclosurePanel>
    </Disclosure>
  );
}
